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
    Company("Länsmuseet i Gävle", "SE802401234501", "SE", "Gävle"),
    Company("Bokhandeln Tolv AB", "SE556601234501", "SE", "Lund"),
    Company("Kafferosteri Koppar AB", "SE559056789001", "SE", "Falun"),
    Company("Tandläkarna vid Torget AB", "SE556867890101", "SE", "Växjö"),
    Company("Brf Utsikten 4", "SE769601234501", "SE", "Göteborg"),
    Company("Skeppsholmens Vandrarhem AB", "SE556978901201", "SE", "Stockholm"),
    Company("Inredning Elmqvist & Döttrar AB", "SE556689012301", "SE", "Helsingborg"),
    Company("Åre Fjällby Drift AB", "SE559190123401", "SE", "Åre"),
    Company("Bryggen Interiør AS", "NO987123654MVA", "NO", "Bergen", "NOK"),
    Company("Valaisinliike Revontuli Oy", "FI27182818", "FI", "Tampere", "EUR"),
    Company("Kontor & Lys ApS", "DK27182845", "DK", "København", "DKK"),
    Company("Lichthaus Brandt GmbH", "DE298765432", "DE", "Hamburg", "EUR"),
    Company("Fenwick Lighting Ltd", "GB318273645", "GB", "Leeds", "GBP"),
)
SWEDISH_CUSTOMERS = tuple(each for each in CUSTOMERS if each.country == "SE")
FOREIGN_CUSTOMERS = tuple(each for each in CUSTOMERS if each.country != "SE")
UNKNOWN_CUSTOMERS = (
    Company("Visby Vandrarhem AB", "SE559245678901", "SE", "Visby"),
    Company("Galleri Norrsken", "SE197805121234", "SE", "Kiruna"),
    Company("Ateljé Månsken HB", "SE969709876501", "SE", "Lund"),
)
LATER_KNOWN_CUSTOMERS = (
    Company("Rederi Ahlmark AB", "SE556523456701", "SE", "Karlstad"),
    Company("Musteriet på Österlen AB", "SE559367890101", "SE", "Simrishamn"),
)
"""Unknown to the ledger until somebody created them there from the mapping page."""

SUPPLIERS = (
    Company("Glasbruket i Kosta AB", "SE556512345601", "SE", "Kosta"),
    Company("Norrländska Kraft AB", "SE556434567801", "SE", "Sundsvall"),
    Company("Hamnkontoret Fastigheter AB", "SE556356789001", "SE", "Göteborg"),
    Company("Trådverket AB", "SE556278901201", "SE", "Borås"),
    Company("Resbyrån Kompass AB", "SE556190123401", "SE", "Göteborg"),
    Company("Pixelverkstan AB", "SE559301234501", "SE", "Linköping"),
    Company("Fraktbolaget Älv AB", "SE556445678901", "SE", "Göteborg"),
    Company("Kartong & Well i Mark AB", "SE556567890101", "SE", "Kinna"),
    Company("Städkompaniet Väst AB", "SE559112345601", "SE", "Göteborg"),
    Company("Tryckeri Ekblad AB", "SE556334567801", "SE", "Västervik"),
    Company("Mässhallarna i Göteborg AB", "SE556223456701", "SE", "Göteborg"),
)
FAIR = SUPPLIERS[10]
GERMAN_SUPPLIER = Company("Leuchtmittel Werk GmbH", "DE811234567", "DE", "Leipzig", "EUR")

PRODUCTS = (
    Article("Pendant lamp Norrsken, smoked glass", Decimal("2480.00")),
    Article("Wall lamp Fyr, brass", Decimal("1290.00")),
    Article("Table lamp Lykta", Decimal("890.00")),
    Article("Floor lamp Stolpe, oak", Decimal("3650.00")),
    Article("LED bulb E27, 4 W", Decimal("79.50")),
    Article("Installation, per hour", Decimal("745.00")),
    Article("Light planning, per room", Decimal("1850.00")),
    Article("Chandelier Stjärnfall, 12 arms", Decimal("18900.00")),
    Article("Desk lamp Vinkel, white", Decimal("1140.00")),
    Article("Outdoor lantern Kaj, galvanised", Decimal("1675.00")),
    Article("Spare shade, opal glass", Decimal("320.00")),
    Article("Dimmer, wall mounted", Decimal("410.00")),
)
SHOP_PRODUCTS = PRODUCTS[:5] + PRODUCTS[8:]
PROJECT_PRODUCTS = PRODUCTS[:4] + PRODUCTS[5:]

PURCHASES = (
    Article("Hand-blown glass shades", Decimal("412.00"), account="4010"),
    Article("Electricity, workshop", Decimal("3875.40"), account="5020"),
    Article("Rent, workshop and showroom", Decimal("18500.00"), account="5010"),
    Article("Textile cable, 100 m", Decimal("264.75"), account="4010"),
    Article("Train Göteborg–Stockholm", Decimal("689.62"), Decimal(6), account="5800"),
    Article("Web shop hosting", Decimal("499.00"), account="6540"),
    Article("Pallet freight, Göteborg–Stockholm", Decimal("1185.00"), account="5710"),
    Article("Corrugated boxes, 50 pcs", Decimal("437.50"), account="4015"),
    Article("Cleaning, showroom, per visit", Decimal("960.00"), account="5060"),
    Article("Catalogue, offset print", Decimal("6.85"), account="6150"),
)
"""What each of the suppliers sells, in their order."""

MAPLE_CUSTOMERS = (
    Company("The Tidal Bookshop Ltd", "GB293847561", "GB", "Whitby", "GBP"),
    Company("Harbour Lane Studios Ltd", "GB374958612", "GB", "Bristol", "GBP"),
    Company("Oakfield Primary School", "GB495867213", "GB", "Bath", "GBP"),
    Company("The Lantern Rooms Ltd", "GB516273849", "GB", "Frome", "GBP"),
    Company("Quayside Dental Practice", "GB627384951", "GB", "Bristol", "GBP"),
    Company("Wren & Daughters Ltd", "GB738495162", "GB", "Cardiff", "GBP"),
)
MAPLE_PRODUCTS = (
    Article("Reading chair, reupholstered", Decimal("420.00"), Decimal(20)),
    Article("Bench, solid ash", Decimal("685.00"), Decimal(20)),
    Article("Fabric sample book", Decimal("18.50"), Decimal(20)),
    Article("Window seat cushion, linen", Decimal("96.00"), Decimal(20)),
    Article("Dining chair, beech", Decimal("148.00"), Decimal(20)),
    Article("Repair, per hour", Decimal("38.00"), Decimal(20)),
)
