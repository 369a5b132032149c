"""The command `predict`: a prediction as a table, on the screen or in a file. It shows what is predicted and computes nothing."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands.app import AsJson, AsOf, CannotError, Data, SettingsFile, app, load, moment, show, working
from assistant.commands.showing import columns
from assistant.predictions import HORIZONS, Predictions

if TYPE_CHECKING:
    import polars as pl

_SHOWN = 20


@app.command()
def predict(
    data: Data,
    what: Annotated[str, typer.Argument(help=f"One of {', '.join(HORIZONS)}; or reorder.")],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Write all rows to a .csv, .parquet or .json file.")
    ] = None,
    horizon: Annotated[
        int | None, typer.Option("--days", min=1, help="How far ahead; for unusual and elasticity how far back.")
    ] = None,
    service_level: Annotated[
        float,
        typer.Option("--service-level", min=0.01, max=0.999, help="For reorder: the chance that the stock lasts."),
    ] = 0.95,
    as_json: AsJson = False,
    as_of: AsOf = None,
    settings: SettingsFile = None,
) -> None:
    """Predict churn, next purchase, value, unusual orders, price response or demand, each with an interval of 90 %."""
    if what not in (*HORIZONS, "reorder"):
        raise typer.BadParameter(f"{what!r} is no prediction; write one of {', '.join(HORIZONS)}, reorder.")
    if out is not None and out.suffix not in (".csv", ".parquet", ".json"):
        raise typer.BadParameter(f"--out {out}: write a name that ends in .csv, .parquet or .json.")
    with working() as stages:
        shop = load(data, {"as_of": as_of, "settings": settings}, stages)
        with stages.stage(what):
            predictions = Predictions(shop, as_of=moment(as_of))
            if what == "reorder":
                table = predictions.reorder(horizon_days=horizon, service_level=service_level)
            else:
                table = predictions.table(what, horizon_days=horizon)
    if out is not None:
        _write(table, out)
    rows = table.rows(named=True)
    show(rows if out is None else {"rows": table.height, "file": out}, _text(table, out), as_json=as_json)


def _write(table: pl.DataFrame, out: Path) -> None:
    from shop.files import write_atomic

    buffer = BytesIO()
    if out.suffix == ".parquet":
        table.write_parquet(buffer)
    elif out.suffix == ".json":
        table.write_json(buffer)
    else:
        table.write_csv(buffer)
    write_atomic(out, buffer.getvalue())


def _text(table: pl.DataFrame, out: Path | None) -> str:
    if table.is_empty():
        raise CannotError("nothing to predict: no row. Look at another moment with --as-of.")
    some = table.head(_SHOWN)
    head = tuple(some.columns)
    body = [tuple(_said(value) for value in row) for row in some.iter_rows()]
    numbers = tuple(number for number, kind in enumerate(some.dtypes) if kind.is_numeric())
    left = table.height - some.height
    more = f"\n{left:,} more rows; write all with -o FILE." if left and out is None else ""
    where = f"\n{table.height:,} rows written to {out}." if out is not None else ""
    return columns([head, *body], numbers=numbers) + more + where


def _said(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.3f}" if abs(value) < 100 else f"{value:,.0f}"
    return f"{value:%Y-%m-%d %H:%M}" if hasattr(value, "strftime") else str(value)
