"""Invented people: family, middle and given names, put together at random. Names of well-known persons can't come out."""

from random import Random

FAMILY = (
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Phan",
    "Vũ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
    "Dương",
    "Lý",
    "Đinh",
    "Mai",
    "Tạ",
    "Cao",
)
FAMILY_SHARES = (38, 11, 9, 7, 5, 5, 4, 3, 3, 2, 2, 2, 1, 1, 2, 1, 1, 1)

MIDDLE_OF_MEN = ("Văn", "Hữu", "Đình", "Quốc", "Bá", "Duy", "Thế", "Viết", "Xuân", "Công", "Ngọc", "Trọng")
GIVEN_OF_MEN = (
    *("An", "Bách", "Bảo", "Bình", "Chiến", "Chương", "Cảnh", "Duy", "Đạt", "Điền", "Định", "Giang", "Hải", "Hậu", "Hiếu", "Hòa"),
    *("Hoàn", "Hùng", "Khoa", "Khôi", "Kiên", "Lâm", "Lộc", "Long", "Luận", "Nam", "Nghĩa", "Nhân", "Phong", "Quân", "Quý", "Sơn"),
    *("Tài", "Tâm", "Tân", "Thái", "Thành", "Thắng", "Thiện", "Thuận", "Tiến", "Tín", "Toàn", "Trung", "Tuấn", "Tùng", "Việt", "Vinh"),
)
MIDDLE_OF_WOMEN = ("Thị", "Thị Thu", "Thị Hồng", "Thị Thanh", "Thị Ngọc", "Thị Mai", "Thị Bích", "Thị Phương", "Thu", "Ngọc", "Thị Kiều")
GIVEN_OF_WOMEN = (
    *("Ánh", "Bình", "Chi", "Cúc", "Dung", "Duyên", "Đào", "Điệp", "Giang", "Hà", "Hạnh", "Hằng", "Hiền", "Hoa", "Hòa", "Hương"),
    *("Huyền", "Lan", "Liên", "Liễu", "Loan", "Ly", "Mai", "Mơ", "Nga", "Ngà", "Nhàn", "Nhung", "Oanh", "Phượng", "Quế", "Quyên"),
    *("Sen", "Tâm", "Thảo", "Thắm", "Thoa", "Thu", "Thúy", "Thủy", "Trang", "Trà", "Tuyết", "Uyên", "Vân", "Xuyến", "Yến", "Ý"),
)


def invented_name(rng: Random) -> str:
    family = rng.choices(FAMILY, FAMILY_SHARES)[0]
    if rng.random() < 0.42:
        return f"{family} {rng.choice(MIDDLE_OF_WOMEN)} {rng.choice(GIVEN_OF_WOMEN)}"
    return f"{family} {rng.choice(MIDDLE_OF_MEN)} {rng.choice(GIVEN_OF_MEN)}"
