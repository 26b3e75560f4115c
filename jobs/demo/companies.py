"""Who appears in the demo: customers, suppliers and what is sold and bought. All of our own making."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Company:
    name: str
    tax_id: str
    country: str
    city: str
    currency: str = "SEK"


@dataclass(frozen=True)
class Article:
    """`price` excludes tax; `rate` is a percentage; `account` is the buyer's own account, for purchases."""

    name: str
    price: Decimal
    rate: Decimal = Decimal(25)
    account: str = ""


NORDLYS = Company("Nordlys AB", "SE556677889901", "SE", "Göteborg")
MAPLE = Company("Maple & Finch", "GB482917365", "GB", "Bristol", "GBP")

CUSTOMERS = (
    Company("Hotell Skärgården AB", "SE559012345601", "SE", "Stockholm"),
    Company("Café Lykta HB", "SE969701234501", "SE", "Uppsala"),
    Company("Bergslagens Kontor AB", "SE556812340001", "SE", "Örebro"),
    Company("Restaurang Fyren AB", "SE559134567801", "SE", "Malmö"),
    Company("Umeå Kulturhus AB", "SE556923456701", "SE", "Umeå"),
    Company("Lindgren & Strand Arkitekter AB", "SE556745678901", "SE", "Göteborg"),
    Company("Fjellstova Hotell AS", "NO918273645MVA", "NO", "Voss", "NOK"),
    Company("Studio Havn ApS", "DK31415926", "DK", "Aarhus", "EUR"),
)
UNKNOWN_CUSTOMERS = (
    Company("Visby Vandrarhem AB", "SE559245678901", "SE", "Visby"),
    Company("Galleri Norrsken", "SE197805121234", "SE", "Kiruna"),
    Company("Ateljé Månsken HB", "SE969709876501", "SE", "Lund"),
)

SUPPLIERS = (
    Company("Glasbruket i Kosta AB", "SE556512345601", "SE", "Kosta"),
    Company("Norrländska Kraft AB", "SE556434567801", "SE", "Sundsvall"),
    Company("Hamnkontoret Fastigheter AB", "SE556356789001", "SE", "Göteborg"),
    Company("Trådverket AB", "SE556278901201", "SE", "Borås"),
    Company("Resbyrån Kompass AB", "SE556190123401", "SE", "Göteborg"),
    Company("Pixelverkstan AB", "SE559301234501", "SE", "Linköping"),
)
GERMAN_SUPPLIER = Company("Leuchtmittel Werk GmbH", "DE811234567", "DE", "Leipzig", "EUR")

PRODUCTS = (
    Article("Pendant lamp Norrsken, smoked glass", Decimal("2480.00")),
    Article("Wall lamp Fyr, brass", Decimal("1290.00")),
    Article("Table lamp Lykta", Decimal("890.00")),
    Article("Floor lamp Stolpe, oak", Decimal("3650.00")),
    Article("LED bulb E27, 4 W", Decimal("79.50")),
    Article("Installation, per hour", Decimal("745.00")),
    Article("Light planning, per room", Decimal("1850.00")),
)

PURCHASES = (
    Article("Hand-blown glass shades", Decimal("412.00"), account="4010"),
    Article("Electricity, workshop", Decimal("3875.40"), account="5020"),
    Article("Rent, workshop and showroom", Decimal("18500.00"), account="5010"),
    Article("Textile cable, 100 m", Decimal("264.75"), account="4010"),
    Article("Train Göteborg–Stockholm", Decimal("689.62"), Decimal(6), account="5800"),
    Article("Web shop hosting", Decimal("499.00"), account="6540"),
)

MAPLE_CUSTOMERS = (
    Company("The Tidal Bookshop Ltd", "GB293847561", "GB", "Whitby", "GBP"),
    Company("Harbour Lane Studios Ltd", "GB374958612", "GB", "Bristol", "GBP"),
    Company("Oakfield Primary School", "GB495867213", "GB", "Bath", "GBP"),
)
MAPLE_PRODUCTS = (
    Article("Reading chair, reupholstered", Decimal("420.00"), Decimal(20)),
    Article("Bench, solid ash", Decimal("685.00"), Decimal(20)),
    Article("Fabric sample book", Decimal("18.50"), Decimal(20)),
)
