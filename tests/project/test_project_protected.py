"""What a name says about a person, and what may not decide about one."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadrank.errors import ProjectError, UsageError
from leadrank.project import ACCEPTED, Watch, parse_project, protect, protected_columns, watched_columns
from leadrank.project.attribute_words import CREDIT, WORDS
from leadrank.project.attributes import attribute_of, fold

NAMED = {
    "age": (
        "Age", "age_group", "AgeGroup", "AGEGROUP", "agegroup", "customer age", "DOB", "date_of_birth", "birthYear",
        "Alter", "Altersgruppe", "Geburtsdatum",
        "Âge", "tranche d'âge", "Date de naissance", "edad", "Fecha de nacimiento", "età", "fascia_età",
        "data di nascita", "Leeftijd", "geboortedatum",
        "wiek", "data urodzenia", "idade", "faixa etária", "SeniorCitizen", "Customer.Age", "avg age of household",
    ),
    "gender": (
        "Gender", "sex", "gender_code", "Geschlecht", "Anrede", "sexe", "Civilité", "sexo", "género", "sesso", "geslacht", "płeć", "PŁEĆ", "gênero",
    ),
    "family": (
        "marital", "MaritalStatus", "marital.status", "kids_count", "household_size", "dependents", "Familienstand",
        "Kinderzahl", "État civil", "estado_civil",
        "stato civile", "burgerlijke staat", "stan cywilny", "número de hijos", "nb_enfants", "Spouse",
    ),
    "origin": (
        "Nationality", "ethnicity", "applicant_race_1", "country_of_birth", "native-country", "citizenship", "Staatsangehörigkeit", "Nationalité",
        "lieu de naissance", "nacionalidad", "cittadinanza", "geboorteland", "obywatelstwo", "nacionalidade",
    ),
    "religion": ("Religion", "religious_affiliation", "Konfession", "religión", "religione", "godsdienst", "wyznanie", "religião"),
    "health": ("disability", "health_status", "Behinderungsgrad", "handicap", "discapacidad", "disabilità", "niepełnosprawność", "deficiência"),
    "place": (
        "ZIP", "zip_code", "ZipCode", "zip5", "Postcode", "postal code", "PLZ", "Postleitzahl", "code postal", "código postal", "CAP", "kod pocztowy",
        "Customer.PostalCode", "latitude", "census_tract", "street_address", "Straße",
    ),
    "credit": (
        "credit_score", "CreditScore", "FICO", "default_history", "default", "bankruptcies", "Schufa", "Bonität", "morosidad", "merito creditizio",
        "BKR-registratie", "zdolność kredytowa", "inadimplente", "late_payments",
    ),
}
HARMLESS = (
    "page_views", "average", "agency", "message", "stage", "language", "usage", "package", "mileage", "coverage", "engagement", "percentage", "image",
    "Property.Age", "property_zip", "Listing.latitude", "vehicle age", "company_age", "lead_age", "account_age_days", "age_in_days", "session_age",
    "ETA", "market_cap", "cap_rate", "default_language", "is_default", "default_address", "ip_address",
    "email_address", "zip_file", "children_category",
    "race_track", "Lead Origin", "origin", "Location", "City", "State", "Country", "PropertyTable.Location", "IncomeLevel", "income", "score",
    "sexton", "Essex", "genres", "employment_status", "account_disabled", "customer_health_score", "nation_wide",
    "title", "emp.var.rate", "", "___", "123",
)


@pytest.mark.parametrize(("attribute", "name"), [(attribute, name) for attribute, names in NAMED.items() for name in names])
def test_names_speak_of_people_in_eight_languages(attribute, name):
    assert attribute_of(name) == attribute


@pytest.mark.parametrize("name", HARMLESS)
def test_names_that_only_look_alike_are_left_alone(name):
    assert attribute_of(name) is None


@given(st.sampled_from(sorted(WORDS)), *[st.text(string.ascii_lowercase, min_size=1, max_size=6)] * 2)
def test_a_word_inside_another_word_is_not_that_word(word, before, after):
    inner = before + word + after
    assert attribute_of(inner) is None or inner in WORDS or inner in CREDIT


@given(st.text(max_size=40))
def test_every_name_has_an_answer(name):
    assert attribute_of(name) in {None, *WORDS.values(), "credit"}


def test_words_are_written_as_they_are_compared():
    assert [word for word in (*WORDS, *CREDIT) if fold(word.lower()) != word] == []


def test_no_word_means_two_things():
    assert not CREDIT & WORDS.keys()


def project(domain="housing", **lead):
    return parse_project({"domain": domain, "target": {"column": "won"}, "lead": lead})


TABLE = ["id", "AgeGroup", "PLZ", "credit_score", "income", "visits", "won"]


@pytest.mark.parametrize(("domain", "set_aside"), [
    ("housing", ["AgeGroup", "PLZ", "credit_score"]), ("credit", ["AgeGroup", "PLZ", "credit_score"]), ("employment", ["AgeGroup", "PLZ"]),
    ("education", []), ("general", []), ("retail", []),
])
def test_each_domain_has_its_pack(domain, set_aside):
    _, found = protect(project(domain), TABLE)
    assert [f.column for f in found if f.code == "F301"] == set_aside
    assert [f.column for f in found if f.code == "F302"] == ([] if set_aside else ["AgeGroup", "PLZ"])
    assert {f.severity for f in found} == ({"quarantine"} if set_aside else {"warning"})


def test_a_reason_of_the_users_own_lets_a_column_in_and_is_repeated():
    guarded, found = protect(project(columns={"AgeGroup": {"because": "senior housing, 42 USC 3607(b)"}}), TABLE)
    assert [(f.code, f.column) for f in found] == [("F301", "PLZ"), ("F301", "credit_score"), ("F303", "AgeGroup")]
    assert "senior housing, 42 USC 3607(b)" in found[-1].message
    assert guarded.lead.columns["AgeGroup"].sensitive


@pytest.mark.parametrize("column", [
    {"because": " "}, {"because": ACCEPTED}, {"known_at_scoring": True, "because": "asked on the form"},
    {"known_at_scoring": True, "because": ACCEPTED},
])
def test_a_reason_for_something_else_lets_nothing_in(column):
    _, found = protect(project(columns={"AgeGroup": column}), TABLE)
    assert ("F301", "AgeGroup") in [(f.code, f.column) for f in found]


def test_what_is_declared_sensitive_needs_no_telling_name():
    guarded, found = protect(project(columns={"visits": {"sensitive": True}}), TABLE)
    assert [f.column for f in found] == ["AgeGroup", "PLZ", "credit_score", "visits"]
    assert all(guarded.lead.columns[name].sensitive for name in ("AgeGroup", "PLZ", "credit_score", "visits"))


def test_without_a_guarded_domain_the_project_stays_as_it_is():
    given = project("general", columns={"visits": {"sensitive": True}})
    guarded, found = protect(given, TABLE)
    assert guarded is given
    assert [f.column for f in found] == ["AgeGroup", "PLZ"]


@pytest.mark.parametrize(("source", "declared"), [("years", {"sensitive": True}), ("Age", {})])
def test_bands_inherit_from_what_they_are_made_of(source, declared):
    lead = {"bands": {"Generation": {"of": source, "at": [30, 60]}}, "columns": {source: declared} if declared else {}, "key": "id"}
    _, found = protect(project(**lead), [source, "Generation"])
    assert [f.column for f in found if f.code == "F301"] == [source, "Generation"]
    assert f"is made of {source!r}" in found[-1].message


def test_bands_inherit_the_reason_too():
    lead = {"bands": {"Generation": {"of": "Age", "at": [30]}}, "columns": {"Age": {"because": "the law asks"}}, "key": "id"}
    _, found = protect(project(**lead), ["Age", "Generation"])
    assert [(f.code, f.column) for f in found] == [("F303", "Age"), ("F303", "Generation")]


def test_an_agreement_inherits_from_both_columns_that_it_compares():
    lead = {"key": "id", "agreements": {"AtHome": ["Gender", "homes.sort"]}, "columns": {"Gender": {"because": "the law asks"}}}
    homes = {"table": "homes", "key": "home", "columns": {"sort": {"sensitive": True}}}
    declared = parse_project({"domain": "housing", "target": {"column": "won"}, "lead": lead, "parent": [homes]})
    _, found = protect(declared, ["Gender", "AtHome"])
    assert [(f.code, f.column) for f in found] == [("F301", "AtHome"), ("F303", "Gender")]


def test_what_is_sensitive_in_another_table_is_so_in_every_feature_made_of_it():
    declared = parse_project({
        "domain": "housing", "target": {"column": "won"}, "lead": {"key": "id", "created_at": "at"},
        "event": [{"table": "calls", "key": "id", "occurred_at": "at", "columns": {"mood": {"sensitive": True}}}],
        "parent": [{"table": "homes", "key": "home", "columns": {"tenure": {"sensitive": True}, "size": {}}}],
    })
    made = ["calls mood sum, 30 days", "calls mood mean, ever", "calls different mood, ever", "calls homes.tenure, last", "homes.tenure"]
    others = ["calls moods, ever", "calls all, 30 days", "homes.size", "homes.tenures"]
    assert [p.column for p in protected_columns(declared, [*made, *others])] == made


def test_outcome_key_order_and_excluded_columns_are_no_features_and_not_told_of():
    lead = {"key": "id", "order": "birth_date", "exclude": ["PLZ"]}
    declared = parse_project({"domain": "credit", "target": {"column": "default"}, "lead": lead})
    assert protected_columns(declared, ["id", "birth_date", "PLZ", "default", "income"]) == ()


def test_audited_columns_are_found_under_their_own_or_their_parents_name():
    names = ["AgeGroup", "households.income", "a.b", "c.b"]
    assert watched_columns(Watch(audit=("income", "AgeGroup"), bands={"AgeGroup": (1.0,)}), names) == ("households.income", "AgeGroup")
    with pytest.raises(UsageError, match=r"several tables: a\.b, c\.b"):
        watched_columns(Watch(audit=("b",)), names)
    with pytest.raises(UsageError, match="AgeGrop") as caught:
        watched_columns(Watch(audit=("AgeGrop",)), names)
    assert "'AgeGroup'" in caught.value.remedy


@pytest.mark.parametrize("ends", [[], [3, 2], [1, 1]])
def test_bands_of_the_audit_rise(ends):
    with pytest.raises(ProjectError, match="the lower ends of the bands of 'age' rise"):
        parse_project({"target": {"column": "won"}, "watch": {"bands": {"age": ends}}})
