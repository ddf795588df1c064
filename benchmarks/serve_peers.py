"""What others serve: a constant from bare ASGI, seed 001's way with pandas and scikit-learn in the handler, FastAPI with pydantic and LightGBM.

    uvicorn benchmarks.serve_peers:bare --port 9000

Each is made when it is first asked for, so that a process holds one of them only.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from leadrank.data.simulations import simulate

FEATURES = (
    "age", "income", "credit_score", "website_visits", "email_opens", "property_views", "contact_attempts", "time_on_site_minutes",
    "inquiry_submitted", "financing_pre_approved", "budget_disclosed", "location_preference_set",
)
CLASSES = ("High", "Low", "Medium")
CONSTANT = b'{"probability":0.5,"tier":"High","contact":true}'
HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(CONSTANT))]
RECOMMENDATIONS = {
    "High": "Priority follow-up within 24 hours. Assign to senior sales team.", "Medium": "Follow up within 3-5 days.",
    "Low": "Add to nurture campaign. Send educational content monthly.",
}


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """Answer everything with a constant: the ceiling of a server in Python."""
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": CONSTANT})


def training_rows() -> tuple[np.ndarray, np.ndarray]:
    """Return features and classes of simulated investors."""
    table = simulate("investor", seed=3).table
    X = table.select(pl.col(name).cast(pl.String).cast(pl.Float64, strict=False).fill_null(0.0) for name in FEATURES).to_numpy()
    named = table["lead_score"].cast(pl.String).to_list()
    keep = np.array([name in CLASSES for name in named])
    return X[keep], np.array([CLASSES.index(name) for name in named if name in CLASSES])


def seed() -> Any:
    """Serve as seed 001 does: XGBoost behind a scaler, one DataFrame for each request, in a handler that a thread runs."""
    import pandas as pd
    import xgboost
    from fastapi import FastAPI
    from pydantic import BaseModel
    from sklearn.preprocessing import StandardScaler

    X, y = training_rows()
    scaler = StandardScaler().fit(pd.DataFrame(X, columns=list(FEATURES)))
    model = xgboost.XGBClassifier(
        n_estimators=300, max_depth=6, learning_rate=0.05, subsample=0.8, colsample_bytree=0.8, min_child_weight=3, gamma=0.1,
        objective="multi:softprob", random_state=42, n_jobs=-1,
    ).fit(scaler.transform(pd.DataFrame(X, columns=list(FEATURES))), y)
    app = FastAPI()
    lead_type: Any = type("LeadData", (BaseModel,), {"__annotations__": dict.fromkeys(FEATURES, int)})

    def predict(lead: Any) -> dict[str, Any]:
        frame = pd.DataFrame([lead.model_dump()])[list(FEATURES)]
        shares = model.predict_proba(scaler.transform(frame))[0]
        best = CLASSES[int(shares.argmax())]
        return {
            "lead_score": best, "confidence": float(shares.max()), "probabilities": dict(zip(CLASSES, map(float, shares), strict=True)),
            "recommendation": RECOMMENDATIONS[best],
        }

    predict.__annotations__["lead"] = lead_type
    app.post("/predict")(predict)
    return app


def lightgbm() -> Any:
    """Serve with FastAPI, pydantic models in and out, and LightGBM called for one row."""
    import lightgbm as library
    from fastapi import FastAPI
    from pydantic import BaseModel

    X, y = training_rows()
    options = {"objective": "multiclass", "num_class": 3, "num_leaves": 31, "verbose": -1, "num_threads": 1}
    booster = library.train(options, library.Dataset(X, y), 300)
    app = FastAPI()
    lead_type: Any = type("LeadData", (BaseModel,), {"__annotations__": dict.fromkeys(FEATURES, float)})
    told: Any = type("Answer", (BaseModel,), {"__annotations__": {
        "lead_score": str, "confidence": float, "probabilities": dict[str, float], "recommendation": str,
    }})

    async def predict(lead: Any) -> Any:
        row = np.array([[getattr(lead, name) for name in FEATURES]])
        shares = booster.predict(row, num_threads=1)[0].tolist()
        best = CLASSES[shares.index(max(shares))]
        return told(
            lead_score=best, confidence=max(shares), probabilities=dict(zip(CLASSES, shares, strict=True)), recommendation=RECOMMENDATIONS[best]
        )

    predict.__annotations__ |= {"lead": lead_type, "return": told}
    app.post("/predict")(predict)
    return app
