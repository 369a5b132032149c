"""Loading a shop: files → recognised → cleaned → `Shop`. It knows the order of the steps, not how any of them is done."""

from __future__ import annotations

from pathlib import Path

from shop.cleaning import clean
from shop.recognise import mapping_of, recognise
from shop.settings import FILE_NAME, read_settings
from shop.shop import Shop


def load_shop(source: str | Path, *, settings: Path | None = None) -> Shop:
    """Load a shop from a folder, one export or a SQL URL, with the mapping of its columns and the report of its rows.

    Parameters
    ----------
    source : str or Path
        As `shop.reading.read_source` takes it.
    settings : Path, optional
        A `shop.toml`; by default the one in the folder, or beside the file, where there is one.

    Returns
    -------
    Shop
        `events` by position, `products` and `customers` by id; `mapping`, `report` and `lacks` filled.

    Raises
    ------
    ShopQuestion
        When a file can be read in two ways; the message holds the lines of `shop.toml` that answer.
    ShopDataError
        When a file cannot be used as it is, or there are no events.
    """
    from shop.reading import read_source

    instructions = read_settings(settings or _settings_of(source))
    tables = [table for table in read_source(source) if Path(table.source).name != FILE_NAME]
    plans = recognise(tables, instructions)
    cleaned = clean(plans, instructions)
    report = cleaned.report
    return Shop(
        **cleaned.tables, settings=cleaned.settings, lacks=report.lacks, mapping=mapping_of(plans), report=report
    )


def _settings_of(source: str | Path) -> Path | None:
    """Return the `shop.toml` in a folder or beside a file, or None."""
    if isinstance(source, str) and "://" in source:
        return None
    path = Path(source)
    found = (path if path.is_dir() else path.parent) / FILE_NAME
    return found if found.is_file() else None
