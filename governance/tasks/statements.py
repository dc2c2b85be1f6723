"""Tasks about statements: safe to run twice."""

from celery import shared_task


@shared_task(name="governance.draw_due_maps", ignore_result=True)
def draw_due_maps() -> None:
    from governance.services.statements import draw_due_maps as draw

    draw()
