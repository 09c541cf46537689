
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='File',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(db_index=True, max_length=64)),
                ('size', models.PositiveIntegerField(verbose_name='字节数')),
                ('mime', models.CharField(max_length=100)),
                ('name', models.CharField(max_length=150, verbose_name='文件名')),
                ('received_at', models.DateTimeField(verbose_name='收到时间')),
                ('uploaded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='上传人')),
            ],
            options={
                'verbose_name': '佐证材料',
                'verbose_name_plural': '佐证材料',
                'indexes': [models.Index(fields=['uploaded_by', 'received_at'], name='file_by_day')],
            },
        ),
        migrations.CreateModel(
            name='Photo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(max_length=64, unique=True)),
                ('size', models.PositiveIntegerField(verbose_name='字节数')),
                ('mime', models.CharField(max_length=20)),
                ('width', models.PositiveIntegerField()),
                ('height', models.PositiveIntegerField()),
                ('stated_taken_at', models.DateTimeField(blank=True, null=True, verbose_name='设备所述拍摄时间')),
                ('stated_lon', models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True, verbose_name='设备所述经度')),
                ('stated_lat', models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True, verbose_name='设备所述纬度')),
                ('stated_model', models.CharField(blank=True, max_length=100, verbose_name='设备所述型号')),
                ('received_at', models.DateTimeField(verbose_name='收到时间')),
                ('caption', models.CharField(blank=True, max_length=300, verbose_name='水印文字')),
                ('rendered_at', models.DateTimeField(blank=True, null=True)),
                ('render_error', models.CharField(blank=True, max_length=200)),
                ('render_attempts', models.PositiveSmallIntegerField(default=0)),
                ('uploaded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='上传人')),
            ],
            options={
                'verbose_name': '照片',
                'verbose_name_plural': '照片',
                'indexes': [models.Index(fields=['uploaded_by', 'received_at'], name='photo_by_day'), models.Index(condition=models.Q(('rendered_at', None)), fields=['id'], name='photo_unrendered')],
            },
        ),
    ]
