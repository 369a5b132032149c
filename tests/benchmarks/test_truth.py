"""The benchmark's notations, schemas and scores, on meanings and errors counted by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.writing.value_reading import Forms, Meaning, ValueReader
from benchmarks.form import ROOT
from benchmarks.truth import main
from benchmarks.truth_data import Schema, read_rows
from benchmarks.truth_e2e import published_reader, template
from benchmarks.truth_scores import bleu, errors_by, exact_errors

SCHEMAS = ROOT / "benchmarks" / "schemas"


@pytest.mark.parametrize(
    ("schema", "mr", "meaning"),
    [
        ("e2e", "name[Aromi], eatType[pub], near[Café Sicilia] ", ("", "name=Aromi eatType=pub near=Café Sicilia")),
        (
            "laptop",
            "?compare(name=a 1;weight=2 kg;name=b 2;weight=2 kg)",
            ("?compare", "name=a 1 weight=2 kg name 2=b 2 weight 2=2 kg"),
        ),
        ("laptop", "?request(driverange)", ("?request", "driverange=")),
        (
            "video_games",
            "inform(name[Dirt: 2], genres[sport, driving/racing], has_mac_release[no])",
            ("inform", "name=Dirt: 2 genres=sport genres=driving/racing has_mac_release=no"),
        ),
        ("video_games", "request_attribute(esrb[])", ("request_attribute", "esrb=")),
    ],
)
def test_meaning_each_notation_is_read_and_second_things_are_numbered(
    schema: str, mr: str, meaning: tuple[str, str]
) -> None:
    read = Schema.read(SCHEMAS / f"{schema}.toml").meaning(mr)
    assert (read.act, " ".join(f"{slot}={value}" for slot, value in read.values)) == meaning


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.toml")), ids=lambda path: path.stem)
def test_schema_every_denial_is_read_as_one(path: Path) -> None:
    """A plain phrase that denies is read as the denial, the plain phrase that affirms as the affirmation."""
    schema = Schema.read(path)
    for slot, phrases in schema.manner.plain.phrases.items():
        for value in ("yes", "no", "true", "false"):
            if phrases.get(value):
                meaning = Meaning("", ((slot, value),))
                read = schema.reader([]).read(f"one {phrases[value]}", meaning)
                assert [(one.slot, one.value) for one in read] == [(slot, value)]
                other = {"yes": "no", "no": "yes", "true": "false", "false": "true"}[value]
                wrong = schema.reader([]).read(f"one {phrases[other]}", meaning)
                assert [(one.slot, one.value) for one in wrong] == [(slot, other)]


def test_errors_missing_added_wrong_and_repeated_values_count_once_each() -> None:
    """By hand, of 8 values: "Thai" for Greek is one wrong; Bow missing; Kew added; One said twice: 4 of 8."""
    reader = ValueReader(Forms(known={"name": ["One", "Two"], "food": ["Thai", "Greek"], "near": ["Bow", "Kew"]}))
    greek = Meaning("", (("name", "One"), ("food", "Greek")))
    texts = ["One, Thai.", "One, Greek.", "One, Greek, Kew.", "One and One, Greek."]
    meanings = [greek, Meaning("", (("name", "One"), ("near", "Bow"))), greek, greek]
    assert errors_by(reader, texts, meanings) == pytest.approx((1 + 2 + 1 + 1) / 8)


def test_exact_errors_are_seen_without_the_learners_reader() -> None:
    """By hand: "wifi" for none is wrong; 2.5 is not 5; "a" is a grade only before "grade"; 2 of 6 values."""
    forms = Forms(said={"wifi": {"yes": ["wifi"], "no": ["no (?P<at>wifi)"]}}, around={"grade": ["{value}(?= grade)"]})
    meanings = [
        Meaning("", (("name", "One"), ("wifi", "no"))),
        Meaning("", (("name", "One"), ("size", "5"))),
        Meaning("", (("name", "One"), ("wifi", "yes"))),
    ]
    texts = ["One has wifi.", "One is 2.5 wide.", "One has wifi."]
    known = {"name": {"One", "Two"}, "size": {"5"}}
    assert exact_errors(texts, meanings, forms, known) == pytest.approx(100 * 2 / 6)
    assert exact_errors(["One has no wifi, as Two."], meanings[:1], forms, known) == pytest.approx(50)


def test_published_reader_takes_the_longest_and_the_inputs_value_of_two(tmp_path: Path) -> None:
    rules = {
        "food": {"Indian": ["Indian"]},
        "near": ["Raja Indian Cuisine"],
        "rating": {"low": ["low rating"], "1 out of 5": ["low rating"]},
    }
    path = tmp_path / "rules.json"
    path.write_text(json.dumps(rules), "utf-8")
    meaning = Meaning("", (("near", "Raja Indian Cuisine"), ("customer rating", "1 out of 5")))
    read = published_reader(path).read("By Raja Indian Cuisine, with a low rating.", meaning)
    assert [(one.slot, one.value) for one in read] == list(meaning.values)


def test_template_states_every_value_once() -> None:
    values = {"name": "Aromi", "eatType": "pub", "food": "Indian", "priceRange": "cheap", "near": "Clare Hall"}
    said = "Aromi is a pub which serves Indian food in the cheap price range. It is located near Clare Hall."
    assert template(Meaning("", tuple(values.items()))) == said


def test_bleu_takes_as_many_references_as_there_are() -> None:
    pytest.importorskip("sacrebleu")
    assert bleu(["a b c d e"], [["x y", "A b c d e"]], lower=True) == pytest.approx(100)
    assert bleu(["a b c d e", "f g h i"], [["a b c d e"], ["z", "f g h i"]], lower=False) == pytest.approx(100)


def test_read_rows_without_a_column_says_which(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("mr,text\nx[1],y\n", "utf-8")
    with pytest.raises(ValueError, match="no column ref; found mr, text"):
        read_rows(tmp_path / "a.csv")


def test_main_learns_any_file_and_writes_another_by_its_schema(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three bikes teach "{name} weighs {weight}."; the fourth is written so, its bell by the schema's plain phrase."""
    pytest.importorskip("sacrebleu")
    train = [f'"inform(name=b {n};weight={n} kg)","b {n} weighs {n} kg ."' for n in (11, 12, 13)]
    (tmp_path / "train.csv").write_text("mr,ref\n" + "\n".join(train) + "\n", "utf-8")
    rows = ['"inform(name=z 9;weight=20 kg)","z 9 weighs 20 kg ."', '"inform(name=z 9;bell=yes)","z 9 rings ."']
    (tmp_path / "test.csv").write_text("mr,ref\n" + "\n".join(rows) + "\n", "utf-8")
    (tmp_path / "bike.toml").write_text(
        'stating = ["inform"]\n[frames]\ninform = ["{name} is a bike {phrases} ."]\n'
        '[slots.bell.said]\nyes = ["bell"]\n[slots.bell.phrases]\nyes = "with a bell"\n',
        "utf-8",
    )
    files = [
        f"--{what}={tmp_path / name}" for what, name in zip(("train", "data"), ("train.csv", "test.csv"), strict=True)
    ]
    monkeypatch.setattr(
        "sys.argv", ["truth", *files, f"--schema={tmp_path / 'bike.toml'}", "--json", f"--list={tmp_path}"]
    )
    main()
    figures = {one["figure"]: one["value"] for one in json.loads(capsys.readouterr().out)["figures"]}
    assert figures["bike/slot errors, exact reader"] == 0
    assert figures["bike/covered by known sentences"] == 50
    assert (tmp_path / "bike.txt").read_text("utf-8").splitlines()[1::2] == [
        "  z 9 weighs 20 kg .",
        "  PLAIN: z 9 is a bike with a bell .",
    ]
