"""A bad template is refused with a message that names the place."""

import json

import pytest

from pipeline.forms.load import FOLDER, BadTemplateError, load_catalogue, load_page

GOOD = json.loads((FOLDER / "c-hasil-ppwp-2024-p3.json").read_text())


def refused(tmp_path, change) -> str:
    template = json.loads(json.dumps(GOOD))
    change(template)
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(template))
    with pytest.raises(BadTemplateError) as error:
        load_page(path)
    assert "bad.json" in error.value.message_id
    return error.value.message_en


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda t: t["fields"][1].pop("boxes"), "fields.1.boxes"),
        (lambda t: t["fields"][0].update(name="Suara Sah"), "fields.0.name"),
        (lambda t: t["fields"][0]["boxes"].update(count=0), "fields.0.boxes.count"),
        (lambda t: t["fields"][0]["boxes"].update(colour=1), "fields.0.boxes.colour"),
        (lambda t: t["tag"].update(turned=45), "tag.turned"),
        (lambda t: t["fields"][1]["tally"].update(cell_mm=[0, 5]), "fields.1.tally.cell_mm.0"),
        (lambda t: t["fields"][2]["boxes"].update(at_mm=[590, 312]), "fields.suara_total.boxes"),
        (lambda t: t["fields"][2].update(name="suara_sah"), "two fields are named 'suara_sah'"),
        (lambda t: t["fields"][2]["boxes"].update(at_mm=[455, 240]), "overlaps one of fields.suar"),
        (lambda t: t.update(rules=["suara_sah + = 3"]), "rules[0]: expected a field at column 13"),
        (lambda t: t.update(rules=["suara_sah = sah"]), "rules[0]: unknown field 'sah'"),
    ],
)
def test_the_message_names_the_place(tmp_path, change, place):
    assert place in refused(tmp_path, change)


def test_what_is_no_json_is_refused(tmp_path):
    path = tmp_path / "bad.json"
    path.write_text("{")
    with pytest.raises(BadTemplateError, match="template"):
        load_page(path)


def test_two_templates_of_one_name_are_refused(tmp_path):
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text(json.dumps(GOOD))
    with pytest.raises(BadTemplateError, match="c-hasil-ppwp-2024-p3"):
        load_catalogue(tmp_path)


def test_every_page_of_a_set_is_in_the_catalogue_and_its_rules_speak_of_their_fields():
    catalogue = load_catalogue()
    for form_set in catalogue.sets:
        pages = [catalogue.page(form_id) for form_id in form_set.pages]
        assert all(page.set == form_set.id for page in pages)
        known = {name for page in pages for name in page.by_name}
        assert all(set(rule.names) <= known for rule in form_set.parsed_rules)
