"""Where the service works: markets, locales, calendars, currencies and dated exchange rates.

Names come from CLDR through babel, holidays from `holidays`; see `operations.seed_markets`.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Currency(models.Model):
    """A currency by its ISO 4217 code; `digits` is the number of minor-unit digits."""

    code = models.CharField(max_length=3, primary_key=True)
    digits = models.PositiveSmallIntegerField()
    name_en = models.CharField(max_length=80)
    name_fr = models.CharField(max_length=80)

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return self.code


class Market(models.Model):
    """A country or region by its ISO 3166 code."""

    code = models.CharField(max_length=2, primary_key=True)
    name_en = models.CharField(max_length=80)
    name_fr = models.CharField(max_length=80)
    currency = models.ForeignKey(Currency, on_delete=models.PROTECT, related_name="markets")
    time_zones = ArrayField(models.CharField(max_length=40))
    # Monday is 0. Israel and parts of the Gulf rest on other days than Saturday and Sunday.
    weekend = ArrayField(models.PositiveSmallIntegerField())

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return self.code


class Locale(models.Model):
    """A language as written in a market, by its BCP 47 tag, for example `fr-CA`."""

    tag = models.CharField(max_length=15, primary_key=True)
    market = models.ForeignKey(Market, on_delete=models.PROTECT, related_name="locales")
    language = models.CharField(max_length=3)
    script = models.CharField(max_length=4)
    direction = models.CharField(max_length=3, choices=[("ltr", "ltr"), ("rtl", "rtl")])
    name_en = models.CharField(max_length=80)
    name_fr = models.CharField(max_length=80)
    name_native = models.CharField(max_length=80)

    class Meta:
        ordering = ("tag",)

    def __str__(self) -> str:
        return self.tag


class Holiday(models.Model):
    """A public holiday; `subdivision` is empty when the whole market has it.

    `estimated` marks moon-dated days that may move by one.
    """

    market = models.ForeignKey(Market, on_delete=models.CASCADE, related_name="holidays")
    subdivision = models.CharField(max_length=12, blank=True)
    date = models.DateField()
    name = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160, blank=True)
    name_fr = models.CharField(max_length=160, blank=True)
    estimated = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["market", "subdivision", "date", "name"], name="markets_holiday_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.market_id} {self.date} {self.name}"


class ExchangeRate(models.Model):
    """How many `quote` one `base` bought on `date`, and who said so."""

    base = models.ForeignKey(Currency, on_delete=models.PROTECT, related_name="+")
    quote = models.ForeignKey(Currency, on_delete=models.PROTECT, related_name="+")
    date = models.DateField()
    rate = models.DecimalField(max_digits=20, decimal_places=10)
    source = models.CharField(max_length=200)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["base", "quote", "date"], name="markets_exchangerate_once_a_day"
            ),
            models.CheckConstraint(
                condition=models.Q(rate__gt=0), name="markets_exchangerate_positive"
            ),
        )

    def __str__(self) -> str:
        return f"{self.base_id}/{self.quote_id} {self.date} {self.rate}"
