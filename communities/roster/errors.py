"""Why a file as a whole could not be read."""

from enum import StrEnum


class UnreadableCode(StrEnum):
    """What is wrong with the file; stable, for machines."""

    EMPTY = "empty"
    TOO_LARGE = "too-large"
    UNPACKS_TOO_LARGE = "unpacks-too-large"
    TOO_MANY_ROWS = "too-many-rows"
    ENCRYPTED = "encrypted"
    OLD_FORMAT = "old-format"
    NOT_A_SPREADSHEET = "not-a-spreadsheet"
    DAMAGED = "damaged"
    ENCODING = "encoding"
    HEADER_MISSING = "header-missing"
    FORMULAS = "formulas"


_SENTENCES = {
    UnreadableCode.EMPTY: "文件是空的。请确认选对了文件，再重新上传。",
    UnreadableCode.TOO_LARGE: "文件超过 10 MB。请删去图片等无关内容，或按楼栋分成几个文件，分次上传。",
    UnreadableCode.UNPACKS_TOO_LARGE: (
        "表格展开后太大，不像业主名册。请新建一个表格，只把名册内容粘贴进去，保存后再上传。"
    ),
    UnreadableCode.TOO_MANY_ROWS: "表格的行数太多。请按楼栋分成几个文件，分次上传。",
    UnreadableCode.ENCRYPTED: "文件设有打开密码。请用 Excel 或 WPS 取消密码保护，保存后再上传。",
    UnreadableCode.OLD_FORMAT: "这是旧版 .xls 文件。请用 Excel 或 WPS 打开，另存为 .xlsx 格式后再上传。",
    UnreadableCode.NOT_A_SPREADSHEET: (
        "这不是 Excel 表格。请用 Excel 或 WPS 另存为 .xlsx 或 .csv 格式的业主名册，再上传。"
    ),
    UnreadableCode.DAMAGED: "表格文件已损坏或不完整。请用 Excel 或 WPS 打开检查，另存为新的 .xlsx 后再上传。",
    UnreadableCode.ENCODING: (
        "看不懂文件的文字编码。请用 Excel 或 WPS 打开，另存为 .xlsx 或“CSV UTF-8”格式后再上传。"
    ),
    UnreadableCode.HEADER_MISSING: (
        "没有找到表头。请在名册上方保留一行列名，至少写明“房号”“建筑面积”“业主姓名”“证件号码”，再上传。"
    ),
    UnreadableCode.FORMULAS: (
        "名册的单元格里有公式，算出的数字无法核对。请全选后复制，用“选择性粘贴 - 数值”粘贴回原处，再上传。"
    ),
}


class RosterUnreadable(ValueError):
    """The file cannot be judged at all. ``code`` is for machines; the text says what to do about it."""

    def __init__(self, code: UnreadableCode, *, where: str = "") -> None:
        self.code = code
        self.message = f"{where}：{_SENTENCES[code]}" if where else _SENTENCES[code]
        super().__init__(self.message)
