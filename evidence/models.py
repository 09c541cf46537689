"""Photos and papers by the hash of their bytes. Who may see one is decided by the row that links it; this app has no URLs."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

MAX_RENDER_ATTEMPTS = 3


class PhotoQuerySet(models.QuerySet):
    def unrendered(self):
        return self.filter(rendered_at=None, render_attempts__lt=MAX_RENDER_ATTEMPTS)


class Photo(models.Model):
    """One original picture, kept byte by byte at ``storage.original_path(sha256)``.

    The ``stated_*`` columns are what the device wrote into the file: a claim, not a proof. ``caption`` is burnt into the display
    copies; owners set it through ``services.set_caption`` (number, time, grid; one per line).
    """

    AUDIT_FIELDS = ("sha256", "size", "mime", "width", "height", "stated_taken_at", "stated_lon", "stated_lat", "stated_model", "received_at")

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveIntegerField(_("字节数"))
    mime = models.CharField(max_length=20)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    stated_taken_at = models.DateTimeField(_("设备所述拍摄时间"), null=True, blank=True)
    stated_lon = models.DecimalField(_("设备所述经度"), max_digits=9, decimal_places=6, null=True, blank=True)
    stated_lat = models.DecimalField(_("设备所述纬度"), max_digits=9, decimal_places=6, null=True, blank=True)
    stated_model = models.CharField(_("设备所述型号"), max_length=100, blank=True)
    received_at = models.DateTimeField(_("收到时间"))
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("上传人"))
    caption = models.CharField(_("水印文字"), max_length=300, blank=True)
    rendered_at = models.DateTimeField(null=True, blank=True)
    render_error = models.CharField(max_length=200, blank=True)
    render_attempts = models.PositiveSmallIntegerField(default=0)
    likeness = models.BigIntegerField(null=True, blank=True)
    """Difference hash of 64 bits (dHash), as a signed number: pictures that look alike differ in few bits. Empty: not worked out."""

    objects = PhotoQuerySet.as_manager()

    class Meta:
        verbose_name = _("照片")
        verbose_name_plural = _("照片")
        indexes = [
            models.Index(name="photo_by_day", fields=["uploaded_by", "received_at"]),
            models.Index(name="photo_unrendered", fields=["id"], condition=Q(rendered_at=None)),
        ]

    def __str__(self):
        return self.sha256[:12]


class File(models.Model):
    """A paper or sheet as it was handed in: one row per hand-in, equal bytes are stored once. Served as attachment only."""

    AUDIT_FIELDS = ("sha256", "size", "mime", "name", "received_at")

    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveIntegerField(_("字节数"))
    mime = models.CharField(max_length=100)
    name = models.CharField(_("文件名"), max_length=150)
    received_at = models.DateTimeField(_("收到时间"))
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("上传人"))

    class Meta:
        verbose_name = _("佐证材料")
        verbose_name_plural = _("佐证材料")
        indexes = [models.Index(name="file_by_day", fields=["uploaded_by", "received_at"])]

    def __str__(self):
        return self.name


class Recording(models.Model):
    """A spoken memo as the phone recorded it, by the hash of its bytes (``storage.file_path``). Its owner serves it after its own check."""

    AUDIT_FIELDS = ("sha256", "size", "mime", "received_at")

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveIntegerField(_("字节数"))
    mime = models.CharField(max_length=20)
    received_at = models.DateTimeField(_("收到时间"))
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("上传人"))

    class Meta:
        verbose_name = _("录音")
        verbose_name_plural = _("录音")
        indexes = [models.Index(name="recording_by_day", fields=["uploaded_by", "received_at"])]

    def __str__(self):
        return self.sha256[:12]
