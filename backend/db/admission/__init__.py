"""How alerts come in: every one is recorded once and opens, joins or leaves an incident."""

from backend.db.admission.arrivals import Arrival, Disposition, Receipt
from backend.db.admission.desk import AdmissionDesk
from backend.db.tenancy import Tenant

__all__ = ["AdmissionDesk", "Arrival", "Disposition", "Receipt", "Tenant"]
