from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("scorecards", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="scorerow",
            name="reason",
            field=models.CharField(
                choices=[
                    ("on_time", "按期办结"),
                    ("late", "逾期办结"),
                    ("still_overdue", "截止时未办结且已逾期"),
                    ("suspended", "缓办"),
                    ("found", "上级或督查发现"),
                    ("overdue", "逾期"),
                    ("rework", "核查退回"),
                    ("rebound", "回头看反弹"),
                    ("false_fix", "虚假整改"),
                    ("sent_back", "曾被退回"),
                    ("extended", "获准延期"),
                    ("check_on_time", "按期核查"),
                    ("check_late", "核查超期"),
                    ("check_missed", "截止时仍未核查"),
                    ("valid", "已受理"),
                    ("invalid", "不予受理"),
                    ("late_sign", "逾期未签收"),
                    ("self_found_serious", "自查发现严重问题"),
                    ("found_by_others", "他人发现"),
                    ("self_found", "自查发现"),
                    ("held", "未反弹"),
                ],
                max_length=20,
                verbose_name="依据",
            ),
        ),
    ]
