"""Puts an engine into the state in which a scenario begins."""

import gc
import random

from kumo_tui.sim.engine import acts
from kumo_tui.sim.engine.directives import Entry
from kumo_tui.sim.engine.engine import Engine
from kumo_tui.sim.scenario import Generated, NodePlan, Standing

_SLICES = 40


def furnish(engine: Engine, plan: NodePlan, rng: random.Random) -> None:
    """Let mail stand in its queues and place the directives and suspensions that exist already."""
    for standing in plan.standing:
        _stand(engine, standing, rng)
    for generated in plan.generated:
        _generate(engine, generated)
    for index, placed in ((engine.bounces, plan.bounces), (engine.suspensions, plan.suspensions)):
        for item in placed:
            expires = engine.now + item.seconds
            entry = Entry(engine.new_id(), item.criteria, item.reason, expires, bounced=dict(item.bounced))
            index.insert(entry)
    for held in plan.held:
        acts.suspend_ready(engine, held.name, held.reason, held.seconds)


def _stand(engine: Engine, standing: Standing, rng: random.Random) -> None:
    """Spread the mail of each queue over the span in which it falls due, in slices of equal messages."""
    for queue in standing.queues:
        slices = min(_SLICES, standing.messages)
        for place in range(slices):
            messages = standing.messages * (place + 1) // slices - standing.messages * place // slices
            created = engine.now - standing.age * rng.uniform(0.8, 1.2)
            due = engine.now + rng.uniform(*standing.due_in)
            engine.stand(queue, messages, created, standing.attempts, due)


def _generate(engine: Engine, generated: Generated) -> None:
    created = engine.now - generated.age
    due = engine.now + generated.due_in
    collecting = gc.isenabled()
    gc.disable()  # a million queues are no garbage; looking for some takes longer than making them
    try:
        for i in range(generated.queues):
            turns = {name: i % number for name, number in generated.modulo.items()}
            engine.stand(generated.pattern.format(i=i, **turns), generated.messages, created, 0, due)
    finally:
        if collecting:
            gc.enable()
