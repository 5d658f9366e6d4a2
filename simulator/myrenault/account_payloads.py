"""The payloads about a person, their accounts, and their cars."""

from typing import Any

from ..world.accounts import Account
from .backend import KamereonAccount, license_plate
from .models import X101VE, X102VE
from .pictures import SIZES, picture_url
from .vehicle import MyRenaultVehicle

_ENERGIES = {"ELEC": "ELECTRIQUE", "ELECX": "ELECTRICITY", "ESS": "PETROL"}


def person(account: Account, kamereon_accounts: list[KamereonAccount]) -> dict[str, Any]:
    """Return a person with their accounts."""
    identifier = account.identifier("person")
    return {
        "personId": identifier,
        "type": "I",
        "country": account.country,
        "firstName": account.first_name,
        "lastName": account.last_name,
        "idp": {"idpType": "GIGYA", "idpStatus": "ACTIVE", "login": account.username, "loginType": "EMAIL"},
        "emails": [{"emailType": "MAIN", "emailValue": account.username, "validityFlag": True}],
        "phones": [{"phoneType": "MOBILE", "phoneValue": account.phone_number}],
        "accounts": [
            {
                "accountId": kamereon_account.id,
                "accountType": kamereon_account.kind,
                "accountStatus": "ACTIVE",
                "country": account.country,
                "personId": identifier,
                "relationType": "OWNER",
            }
            for kamereon_account in kamereon_accounts
        ],
        "locale": account.locale.replace("_", "-"),
    }


def details(vehicle: MyRenaultVehicle, country: str, origin: str) -> dict[str, Any]:
    """Return the details of a car, with pictures at an origin; the first generation has no `engineEnergyType`."""
    model = vehicle.model
    energy = {} if model.energy_type is None else {"engineEnergyType": model.energy_type}
    return {
        "vin": vehicle.vin,
        "registrationNumber": license_plate(vehicle.vin),
        "radioCode": "",
        "brand": {"label": model.brand},
        "model": {"group": "971", "code": model.code, "label": model.label},
        "energy": {"group": "019", "code": model.energy_code, "label": _ENERGIES[model.energy_code]},
        "engineType": model.engine,
        "tcu": {"group": "E70", "code": model.tcu},
        "battery": {"group": "968", "code": "BT4AR1"},
        "registrationCountry": {"code": country},
        "deliveryDate": "2020-01-22",
        "electrical": not model.has_fuel,
        "modelSCR": model.label,
        "vcd": model.vcd,
        "assets": _pictures(vehicle, origin) if vehicle.quirks.has_picture else [],
        **energy,
    }


def vehicles(
    kamereon_account: KamereonAccount, vehicles: list[MyRenaultVehicle], country: str, origin: str
) -> dict[str, Any]:
    """Return the cars of an account; a car can have no details, or a second link without details."""
    return {
        "accountId": kamereon_account.id,
        "country": country,
        "vehicleLinks": [link for vehicle in vehicles for link in _links(vehicle, country, origin)],
    }


def connected_vehicles(vehicles: list[MyRenaultVehicle], country: str, origin: str) -> dict[str, Any]:
    """Return the cars of an account with the security protocol of their commands, as the gateway of the app does."""
    return {
        "vehicleLinks": [
            {
                "vin": vehicle.vin,
                "vehicleDetails": details(vehicle, country, origin),
                "connectedStatus": {
                    "remoteSecurityProtocol": vehicle.quirks.remote_security.value,
                    "privacyModeStatus": "ON" if vehicle.quirks.privacy else "OFF",
                    "services": [],
                },
            }
            for vehicle in vehicles
        ]
    }


def _pictures(vehicle: MyRenaultVehicle, origin: str) -> list[dict[str, Any]]:
    """Return the pictures of a car; those of newer cars have a viewpoint."""
    older = vehicle.model in (X101VE, X102VE)
    views = {"mybrand_2": "EXT_34_DESSUS"} if older else {"mybrand_2": "EXT_34_DESSUS", "mybrand_5": "EXT_34_AV"}
    return [
        {
            "assetType": "PICTURE",
            **({} if older else {"viewpoint": viewpoint, "viewPointInLowerCase": viewpoint}),
            "renditions": [
                {
                    "resolutionType": f"ONE_MYRENAULT_{size}",
                    "url": picture_url(origin, vehicle.model, size, bookmark),
                }
                for size in (reversed(SIZES) if older else SIZES)
            ],
        }
        for viewpoint, bookmark in views.items()
    ]


def _links(vehicle: MyRenaultVehicle, country: str, origin: str) -> list[dict[str, Any]]:
    """Return the links of a car."""
    link = {
        "vin": vehicle.vin,
        "brand": vehicle.model.brand,
        "status": "ACTIVE",
        "linkType": "OWNER",
        "garageBrand": vehicle.model.brand,
        "startDate": "2020-08-21",
        "ownershipEndDate": "2020-08-21",
        "connectedDriver": {"role": "MAIN_DRIVER"},
    }
    described = {"vehicleDetails": details(vehicle, country, origin)} if vehicle.quirks.has_details else {}
    return [{**link, **described}, *([link] if vehicle.quirks.second_link else [])]
