"""A simulated estate agency as a folder: its tables, the project file that declares them, and the truth set apart."""

from __future__ import annotations

import json
from pathlib import Path

from leadrank.data.simulations.estate.estate import Estate

ESTATE_PROJECT = """\
name = "real-estate"
domain = "housing"
purpose = "Decide whom the sales team of an estate agency calls first."

[lead]
table = "CustomerTable.parquet"
key = "CustomerID"
created_at = "CreatedAt"
[lead.bands]
AgeGroup = { of = "Age", at = [30, 45, 60] }
[lead.agreements]
PreferenceMet = ["PreferredPropertyType", "Enquired.PropertyType"]
[lead.columns]
Age = { sensitive = true }
AgeGroup = { sensitive = true }
Gender = { sensitive = true }
Location = { sensitive = true, because = "A home is where it is: the part of the town decides which homes and which market a customer meets." }
IncomeLevel = { type = "number", missing = { group_median = ["Location", "AgeGroup"] } }

[[event]]
table = "InteractionTable.parquet"
key = "CustomerID"
id = "InteractionID"
occurred_at = "InteractionDate"
known_at = "RecordedAt"
type = "InteractionType"
numbers = ["TimeSpent"]
distinct = ["PropertyViewed"]

[[event]]
table = "TransactionTable.parquet"
key = "CustomerID"
id = "TransactionID"
occurred_at = "SaleDate"
known_at = "RecordedAt"
numbers = ["SaleAmount"]

[[event]]
table = "FeedbackTable.parquet"
key = "CustomerID"
id = "FeedbackID"
occurred_at = "FeedbackDate"
numbers = ["Rating"]

[[event]]
table = "ContactTable.parquet"
key = "CustomerID"
id = "ContactID"
occurred_at = "ContactedAt"

[[parent]]
table = "PropertyTable.parquet"
key = "PropertyID"
of = "InteractionTable"
by = "PropertyViewed"
known_at = "ValidFrom"
[parent.columns]
AvailabilityStatus = { blank = "unknown" }

[[parent]]
table = "PropertyTable.parquet"
name = "Enquired"
key = "PropertyID"
of = "lead"
by = "EnquiredProperty"
known_at = "ValidFrom"
[parent.columns]
AvailabilityStatus = { blank = "unknown" }

[[parent]]
table = "MarketTable.parquet"
key = "Location"
of = "lead"
known_at = "PublishedAt"
exclude = ["Month"]

[target]
event = "TransactionTable"
within = "60 days"
final_after = "75 days"
observed_until = "2024-12-31T23:59:59"

[cutoff]
at = "creation"

[economics]
value = 6000
contact_cost = 300

[watch]
audit = ["AgeGroup", "IncomeLevel", "Location"]
"""
"""The project file for the tables, as they are written."""


def write_estate(estate: Estate, folder: Path) -> Path:
    """Write the tables as Parquet files with their project file; the truth goes into a folder of its own, `truth`.

    Returns
    -------
    Path
        The project file.
    """
    apart = folder / "truth"
    apart.mkdir(parents=True, exist_ok=True)
    for name, table in estate.tables.items():
        table.write_parquet(folder / f"{name}.parquet")
    estate.truth.write_parquet(apart / "truth.parquet")
    (apart / "constants.json").write_text(json.dumps(estate.constants, indent=1) + "\n", encoding="utf-8")
    (apart / "notes.txt").write_text("\n".join(estate.notes) + "\n", encoding="utf-8")
    project = folder / "leadrank.toml"
    project.write_text(ESTATE_PROJECT, encoding="utf-8")
    return project
