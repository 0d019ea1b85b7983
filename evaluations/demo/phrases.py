"""What invented cells write down: tasks, opinions, conclusions, reasons. No real place, person or event is in it.

The phrases go to the database by COPY as they stand: no tabs, no backslashes.
"""

from meetings.models import CellKind

AGENDA = (
    "Thông tin thời sự, chủ trương của Đảng, chính sách, pháp luật của Nhà nước",
    "Đánh giá kết quả lãnh đạo thực hiện nhiệm vụ chính trị tháng trước",
    "Kết quả thực hiện nhiệm vụ của đảng viên được phân công",
    "Biểu dương đảng viên; nhắc nhở, phê bình và tự phê bình",
    "Thảo luận phương hướng, nhiệm vụ trong tháng",
    "Phân công nhiệm vụ cho đảng viên, thời hạn hoàn thành",
    "Biểu quyết kết luận; chấm điểm, xếp loại kỳ sinh hoạt",
)
THEMATIC_AGENDA = (
    "Trình bày báo cáo chuyên đề",
    "Thảo luận, liên hệ thực tế tại chi bộ",
    "Kết luận chuyên đề, phân công thực hiện",
)

THEMES = (
    "Nâng cao chất lượng sinh hoạt chi bộ",
    "Trách nhiệm nêu gương của cán bộ, đảng viên",
    "Học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh",
    "Chuyển đổi số trong công việc hằng ngày của chi bộ",
    "Giữ gìn vệ sinh môi trường, phân loại rác tại nguồn",
    "Công tác phát triển đảng viên trẻ",
    "Thực hành tiết kiệm, chống lãng phí",
    "Xây dựng đời sống văn hóa ở cơ sở",
    "Phòng, chống thiên tai và bảo đảm an toàn mùa mưa bão",
    "Thực hiện quy chế dân chủ ở cơ sở",
    "Bảo vệ nền tảng tư tưởng của Đảng trên không gian mạng",
    "Công tác kiểm tra, giám sát của chi bộ",
)

TASKS_ANYWHERE = (
    "Dự thảo báo cáo sơ kết công tác của chi bộ",
    "Giúp đỡ một quần chúng ưu tú, báo cáo kết quả tại kỳ sau",
    "Chuẩn bị tài liệu cho kỳ sinh hoạt chuyên đề",
    "Thu, nộp đảng phí và đối chiếu sổ sách",
    "Hướng dẫn đảng viên cao tuổi dùng Sổ tay đảng viên điện tử",
    "Rà soát, bổ sung hồ sơ đảng viên",
    "Tổng hợp ý kiến góp ý của đảng viên về dự thảo nghị quyết",
    "Thăm hỏi đảng viên ốm đau, gia đình gặp khó khăn",
)
TASKS = {
    CellKind.VILLAGE: (
        "Vận động các hộ ven đường hiến đất mở rộng lối đi chung",
        "Tổ chức ra quân dọn vệ sinh đường làng",
        "Rà soát hộ nghèo, hộ cận nghèo trong thôn",
        "Vận động nhân dân nạo vét kênh mương nội đồng trước vụ mới",
        "Tuyên truyền phòng cháy, chữa cháy tới từng hộ",
        "Nắm tình hình đời sống nhân dân ở nhóm hộ được phân công",
        "Vận động con em trong độ tuổi chấp hành khám sức khỏe nghĩa vụ quân sự",
        "Sửa chữa hệ thống đèn chiếu sáng nhà văn hóa",
        "Thu quỹ khuyến học, lập danh sách học sinh được khen",
        "Hòa giải việc tranh chấp ranh giới giữa hai hộ liền kề",
        "Vận động các hộ phân loại rác, không đốt rơm rạ",
        "Tổ chức buổi đối thoại với nhân dân về đề án của xã",
    ),
    CellKind.OFFICE: (
        "Rút ngắn thời gian xử lý hồ sơ, báo cáo số hồ sơ quá hạn",
        "Tham mưu kế hoạch công tác quý trình lãnh đạo",
        "Rà soát văn bản hết hiệu lực thuộc lĩnh vực phụ trách",
        "Số hóa hồ sơ lưu trữ của phòng",
        "Theo dõi, đôn đốc kiến nghị của công dân chưa trả lời",
        "Kiểm tra việc chấp hành giờ giấc làm việc",
    ),
    CellKind.SCHOOL: (
        "Phụ đạo học sinh yếu trước kỳ kiểm tra",
        "Tổ chức chuyên đề đổi mới phương pháp dạy học của tổ",
        "Phối hợp phụ huynh vận động học sinh đi học đều",
        "Kiểm tra an toàn bếp ăn bán trú",
        "Hoàn thiện hồ sơ kiểm định chất lượng của trường",
    ),
    CellKind.PUBLIC_UNIT: (
        "Rà soát quy trình tiếp đón người bệnh, giảm thời gian chờ",
        "Tổ chức khám sức khỏe cho người cao tuổi",
        "Kiểm tra cơ số thuốc và trang thiết bị trực",
        "Lấy ý kiến hài lòng của người dân về dịch vụ",
    ),
    CellKind.STATE_ENTERPRISE: (
        "Kiểm tra an toàn lao động tại phân xưởng",
        "Đề xuất sáng kiến giảm hao hụt vật tư",
        "Rà soát công nợ quá hạn, báo cáo phương án thu hồi",
        "Vận động người lao động tham gia thi đua tháng cao điểm",
    ),
    CellKind.PRIVATE_ENTERPRISE: (
        "Vận động chủ doanh nghiệp ký thỏa ước lao động tập thể",
        "Nắm tâm tư, nguyện vọng của người lao động ở từng tổ",
        "Giới thiệu quần chúng ưu tú trong công nhân",
    ),
    CellKind.ARMY: (
        "Duy trì nền nếp chính quy, kiểm tra nội vụ",
        "Chuẩn bị giáo án huấn luyện tháng",
        "Nắm tư tưởng chiến sĩ mới, báo cáo chỉ huy",
        "Tăng gia sản xuất, cải tạo vườn rau đơn vị",
    ),
    CellKind.POLICE: (
        "Tuyên truyền phòng, chống lừa đảo trên mạng tới các hộ",
        "Rà soát cư trú, cập nhật dữ liệu dân cư",
        "Kiểm tra việc chấp hành điều lệnh của cán bộ, chiến sĩ",
        "Phối hợp tuần tra ban đêm với lực lượng ở cơ sở",
    ),
    CellKind.STUDENTS: (
        "Tổ chức nhóm học tập giúp bạn nợ môn",
        "Vận động sinh viên tham gia hiến máu tình nguyện",
        "Chuẩn bị hồ sơ giới thiệu đoàn viên ưu tú",
    ),
    CellKind.ABROAD: (
        "Giữ liên hệ với đảng viên ở xa, báo cáo tình hình học tập",
        "Giúp đỡ lưu học sinh mới sang ổn định nơi ở",
    ),
}

OPINIONS = (
    "Nhất trí với báo cáo; đề nghị nêu rõ hơn nguyên nhân của việc chậm tiến độ.",
    "Đề nghị phân công cụ thể người chịu trách nhiệm từng việc.",
    "Kết quả tháng qua có chuyển biến, nhưng việc thứ hai làm chưa xong, cần tập trung dứt điểm.",
    "Đề nghị gửi tài liệu sớm hơn để đảng viên nghiên cứu trước.",
    "Tự nhận thiếu sót vì chưa hoàn thành nhiệm vụ đúng hạn, hứa khắc phục trong tháng.",
    "Nhân dân ở nhóm hộ tôi phụ trách đồng tình, còn băn khoăn về mức đóng góp.",
    "Đề nghị chi bộ kiến nghị cấp trên trả lời việc đã nêu từ tháng trước.",
    "Biểu dương các đồng chí tham gia ra quân đầy đủ.",
    "Cần nhắc nhở một số đồng chí hay đến muộn.",
    "Việc dùng sổ tay điện tử còn khó với đồng chí cao tuổi, đề nghị có người hướng dẫn.",
    "Nên chọn một việc làm điểm, làm xong rồi nhân ra.",
    "Nhất trí phương hướng; đề nghị bổ sung chỉ tiêu cụ thể để dễ kiểm tra.",
    "Tình hình tư tưởng đảng viên ổn định, quần chúng tin tưởng.",
    "Đề nghị tăng thời gian thảo luận, bớt đọc báo cáo.",
    "Góp ý cách điều hành: nên gợi ý từng vấn đề để mọi người cùng nói.",
    "Cần quan tâm tạo nguồn phát triển đảng viên trẻ.",
)
SAME_OPINION = "Nhất trí với báo cáo và phương hướng."

CONCLUSIONS = (
    "Thống nhất đánh giá kết quả tháng trước; tập trung hoàn thành các việc còn dở dang, phân công như biên bản.",
    "Thông qua phương hướng, nhiệm vụ tháng này; từng đảng viên báo cáo kết quả tại kỳ sinh hoạt sau.",
    "Thống nhất các giải pháp đã thảo luận; giao chi ủy theo dõi, đôn đốc hằng tuần.",
    "Thông qua nhiệm vụ trọng tâm; nghiêm túc rút kinh nghiệm về việc làm chậm.",
    "Thống nhất kiến nghị cấp trên hai việc nhân dân quan tâm; tiếp tục thực hiện các nhiệm vụ đã giao.",
)
SAME_CONCLUSION = "Chi bộ nhất trí phương hướng, nhiệm vụ tháng này."
OTHER_DECISIONS = (
    "Nhất trí giới thiệu một quần chúng ưu tú đi học lớp nhận thức về Đảng",
    "Nhất trí mức ủng hộ quỹ thăm hỏi của chi bộ",
    "Nhất trí phân công đảng viên phụ trách nhóm hộ",
    "Nhất trí kết quả xét công nhận đảng viên chính thức",
)
THEMATIC_CONCLUSION = "Thống nhất nội dung chuyên đề; đưa các giải pháp vào nhiệm vụ hằng tháng của chi bộ."

REASONS_OF_ABSENCE = (
    *("Ốm", "Đi công tác", "Đi khám bệnh", "Việc gia đình", "Bận trực", "Đi thăm con ở xa", "Chăm người nhà nằm viện", "Đi học"),
)
REASONS_NOT_HELD = (
    "Địa bàn tập trung ứng phó mưa bão, chuyển nội dung sang kỳ sau",
    "Bí thư đi điều trị dài ngày, chưa có người thay",
    "Đơn vị làm nhiệm vụ đột xuất, không tập trung được đảng viên",
    "Số đảng viên có mặt không đủ để biểu quyết",
)
PARTLY_NOTES = ("Mới được một phần, chuyển sang tháng sau", "Còn vướng kinh phí", "Đã làm nhưng chưa báo cáo xong", "")
NOT_DONE_NOTES = ("Chưa bố trí được thời gian", "Đồng chí được giao bị ốm", "Chờ ý kiến cấp trên", "")
TEAMS = ("Chi đoàn", "Chi hội phụ nữ", "Tổ dân vận", "Các đồng chí trong chi ủy")

WEAK_POINTS = (
    "Việc thực hiện kết luận kỳ trước còn chậm ở một số nhiệm vụ.",
    "Số đồng chí phát biểu còn ít, ý kiến chưa đi vào việc cụ thể.",
    "Phê bình và tự phê bình còn nể nang.",
    "Tài liệu gửi muộn, đảng viên chưa có thời gian nghiên cứu.",
    "Nội dung sinh hoạt còn nặng về đọc báo cáo.",
    "Một số nhiệm vụ chưa rõ thời hạn hoàn thành.",
    "Thời gian dành cho công tác tư tưởng còn ít.",
)
SAME_WEAK_POINT = "Một số đồng chí ít phát biểu."
REMEDIES = (
    "Chi ủy đôn đốc hằng tuần, báo cáo tiến độ trên nhóm của chi bộ.",
    "Gợi ý trước vấn đề thảo luận để từng đồng chí chuẩn bị ý kiến.",
    "Gửi tài liệu trước ít nhất hai ngày.",
    "Mỗi nhiệm vụ giao rõ người, rõ việc, rõ hạn.",
    "Phân công đảng viên trẻ giúp đồng chí cao tuổi dùng sổ tay điện tử.",
    "Dành thời gian đầu kỳ sinh hoạt cho thông tin thời sự và nắm tư tưởng.",
)
SAME_REMEDY = "Động viên đảng viên phát biểu."

# Why a cell gave itself more than the log says.
CLAIM_REASONS = (
    "Chi bộ đã thực hiện đầy đủ, do ghi biên bản chưa hết.",
    "Thực tế đạt yêu cầu, số liệu nhập sau chưa kịp cập nhật.",
    "Đã cố gắng khắc phục trong tháng nên đề nghị tính đủ điểm.",
    "Nguyên nhân khách quan, chi bộ thống nhất giữ điểm tối đa.",
)

PLACES = {
    CellKind.VILLAGE: ("Nhà văn hóa thôn", "Nhà sinh hoạt cộng đồng", "Hội trường thôn"),
    CellKind.SCHOOL: ("Phòng hội đồng", "Văn phòng nhà trường"),
    CellKind.ARMY: ("Phòng Hồ Chí Minh của đơn vị",),
    CellKind.POLICE: ("Phòng họp đơn vị",),
    CellKind.STUDENTS: ("Phòng họp khoa", "Giảng đường nhỏ"),
}
PLACES_ELSEWHERE = ("Phòng họp cơ quan", "Hội trường tầng 2", "Phòng họp nhỏ")

# What the committees write when they return, lower, agree or propose, and what the cells answer.
REASONS_OF_RETURN = (
    "Đề nghị chi bộ giải trình thời lượng kỳ sinh hoạt và bổ sung biên bản.",
    "Số đảng viên có mặt chưa khớp với biên bản; đề nghị kiểm tra lại điểm danh.",
    "Chưa thấy phân công nhiệm vụ cụ thể cho đảng viên; đề nghị bổ sung.",
    "Mục tự phê bình và phê bình chấm điểm tối đa nhưng biên bản chưa thể hiện; đề nghị giải trình.",
)
EXPLANATIONS = (
    "Chi bộ đã kiểm tra lại: số liệu đúng theo biên bản, gửi kèm bản biên bản đầy đủ.",
    "Chi ủy nhận thiếu sót khi ghi chép, đã bổ sung biên bản và rút kinh nghiệm.",
    "Nội dung này đã được chi bộ thảo luận, thư ký ghi tóm tắt nên chưa rõ.",
)
LOWERING_NOTES = (
    "Biên bản chưa thể hiện rõ nội dung này.",
    "Cấp ủy viên dự sinh hoạt thấy việc này chưa đạt yêu cầu.",
    "Nội dung còn chung chung, chưa sát tình hình địa phương.",
)
AGREEING_NOTES = (
    "Chấp nhận giải trình của chi bộ.",
    "Đã đối chiếu sổ biên bản, thống nhất với điểm tự chấm.",
)
PROPOSALS = (
    "Đã dự kỳ sinh hoạt; đề nghị công nhận điểm như hệ thống tính.",
    "Đề nghị công nhận; chi bộ cần nâng tỷ lệ phát biểu.",
)
