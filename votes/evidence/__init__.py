"""What a ballot leaves behind that can be checked later. Pure: no ORM, no clock."""
