"""Join purchases with the coupons of each campaign a household is invited to: which of what it bought could a coupon have been for?"""

from __future__ import annotations

import argparse
from pathlib import Path

import polars as pl

COLUMNS = ("household_id", "campaign_id", "product_id", "transaction_timestamp", "sales_value")


def fitting_purchases(folder: Path) -> pl.DataFrame:
    """Return a row for each purchase, and each campaign that the household is invited to and that has a coupon for the product."""
    invited, coupons, bought = (
        pl.read_csv(folder / name, infer_schema=False) for name in ("campaigns.csv", "coupons.csv.gz", "transactions_sample.csv.gz")
    )
    offered = coupons.select("campaign_id", "product_id").unique(maintain_order=True)
    fitting = bought.join(offered, on="product_id", maintain_order="left_right")
    return fitting.join(invited, on=["household_id", "campaign_id"], how="semi").select(COLUMNS)


def main() -> None:
    """Write the table beside the others."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=Path(), help="where the tables are")
    folder = parser.parse_args().folder
    fitting_purchases(folder).write_csv(folder / "fitting_purchases.csv")


if __name__ == "__main__":
    main()
