"""How the API describes itself (OpenAPI 3)."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

from communities.api.problems import MEDIA_TYPE, TYPE_PREFIX

PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `code` never changes its meaning; `detail` is a sentence for people.",
    "properties": {
        "type": {"type": "string", "example": f"{TYPE_PREFIX}already-cast"},
        "code": {"type": "string", "example": "already-cast"},
        "status": {"type": "integer", "example": 409},
        "detail": {"type": "string", "example": "这一票已经投过了，先收到的一张有效。提交后不能更改。"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                "required": ["field", "message"],
            },
        },
    },
    "required": ["type", "code", "status", "detail"],
    "additionalProperties": True,
}


class NamedOperations(AutoSchema):
    """Names each operation by its view, so that names stay when addresses change."""

    def get_operation_id(self) -> str:
        name = type(self.view).__name__
        if name in ("PageFile", "SpectacularAPIView"):
            return str(super().get_operation_id())
        return f"{self.method.lower()}{name}"


def describe_problems(result: dict[str, Any], **options: Any) -> dict[str, Any]:
    """Every operation may be refused, and always in this form."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    refusal = {
        "description": "Refused; nothing was changed.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"]["default"] = refusal
    return result
