"""Why a photo or file is not taken, in words that say what to do next."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MEGABYTE = 1_000_000

REASONS = {
    "bad_sha256": _("照片校验值格式不对，请更新手机端页面后重新发送。"),
    "empty": _("文件是空的（0 字节），请重新拍摄或重新选择。"),
    "too_big": _("文件超过 %(limit)d MB，请压缩或降低拍摄分辨率后重新发送。"),
    "size_mismatch": _("只收到 %(received)d 字节，应为 %(stated)d 字节，传输中断，请重新发送。"),
    "sha256_mismatch": _("收到的内容与手机上的不一致，传输出错，请重新发送。"),
    "daily_limit": _("您今天上传的文件合计已超过 %(limit)d MB，请明天再传，或联系攻坚办。"),
    "not_a_photo": _("这不是可接收的照片，请使用 JPEG、PNG、WebP 或 HEIC 格式的照片。"),
    "not_a_recording": _("这不是可接收的录音，请用手机页面的录音按钮重新录制。"),
    "not_a_document": _("不接收这种文件，请使用 PDF、Word、Excel、WPS、OFD 文件或照片。"),
    "macros": _("文件带有宏，不予接收，请另存为不带宏的格式后重新上传。"),
    "too_many_pixels": _("照片超过 6000 万像素，请降低拍摄分辨率后重新拍摄。"),
    "animated": _("动图不能作为证据，请改用静态照片。"),
    "unreadable": _("照片无法打开，可能已损坏，请重新拍摄。"),
    "truncated": _("照片不完整，请重新发送；仍不行请重新拍摄。"),
    "too_heavy": _("照片过于复杂，无法处理，请降低拍摄分辨率后重新拍摄。"),
}


def refusal(code: str, **params) -> ValidationError:
    return ValidationError(REASONS[code], code=code, params=params or None)
