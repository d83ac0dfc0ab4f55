import datetime
import os
import socket
from pathlib import Path

from trunkline.client.doctor import machine
from trunkline.client.doctor.finding import Grade
from trunkline.config import Settings

NOW = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)


def test_taken_ports_are_named_with_their_holder() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
    ):
        udp.bind(("127.0.0.1", 0))
        port, media_port = tcp.getsockname()[1], udp.getsockname()[1]
        settings = Settings(host="127.0.0.1", port=port, media_port=media_port)
        findings = machine.ports(settings)
    assert [each.grade for each in findings] == [Grade.WRONG, Grade.WRONG]
    for finding, option in zip(findings, ("--port", "--media-port"), strict=True):
        assert f"process {os.getpid()}" in finding.sentence
        assert option in finding.remedy


def test_a_media_port_that_is_taken_for_tcp_alone_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as tcp:
        port = tcp.getsockname()[1]
        settings = Settings(host="127.0.0.1", port=0, media_port=port)
        finding = machine.ports(settings)[-1]
    assert finding.grade is Grade.WRONG
    assert f"TCP port {port} of 127.0.0.1 is taken" in finding.sentence
    assert "--media-port" in finding.remedy


def test_free_ports_are_fine_and_stay_free() -> None:
    settings = Settings(host="127.0.0.1", port=0, media_port=0, plain_port=0)
    assert {each.grade for each in machine.ports(settings)} == {Grade.OK}


def test_a_state_folder_that_can_be_used(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    (finding,) = machine.state(tmp_path)
    assert finding.grade is Grade.OK
    (finding,) = machine.state(tmp_path / "new" / "er")
    assert finding.grade is Grade.OK
    assert not (tmp_path / "new").exists()


def test_a_state_folder_that_others_may_read(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (finding,) = machine.state(tmp_path)
    assert (finding.grade, finding.remedy) == (Grade.WARNING, f"Close it: chmod 700 {tmp_path}")
    key = tmp_path / "certificate.pem"
    key.touch(0o644)
    key.chmod(0o644)
    (finding,) = machine.state(tmp_path)
    assert finding.grade is Grade.WRONG
    assert f"chmod 600 {key}" in finding.remedy


def test_a_state_folder_that_is_none(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for place in (file, file / "below"):
        (finding,) = machine.state(place)
        assert finding.grade is Grade.WRONG
        assert "--state-dir" in finding.remedy


def test_few_open_files_are_said() -> None:
    assert machine.files(1024).grade is Grade.WARNING
    assert "ulimit -n" in machine.files(1024).remedy
    assert machine.files(65536).grade is Grade.OK


def test_small_buffers_are_said_with_the_command(tmp_path: Path) -> None:
    (tmp_path / "rmem_max").write_text("212992\n")
    (tmp_path / "wmem_max").write_text("8388608\n")
    (finding,) = machine.buffers(tmp_path)
    assert "rmem_max is 212992" in finding.sentence
    assert finding.remedy.endswith("sudo sysctl -w net.core.rmem_max=4194304")
    assert machine.buffers(tmp_path / "nowhere") == []


def test_a_clock_before_this_program_is_wrong() -> None:
    (finding,) = machine.clock(datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC), NOW)
    assert finding.grade is Grade.WRONG
    assert "timedatectl" in finding.remedy
    (finding,) = machine.clock(NOW, NOW)
    assert finding.grade is not Grade.WRONG


def test_certificates_are_judged_as_at_the_start(tmp_path: Path) -> None:
    settings = Settings(certificate=tmp_path / "none.pem", state_dir=tmp_path)
    (finding,) = machine.certificate(settings)
    assert finding.grade is Grade.WRONG
    assert "none.pem cannot be read" in finding.sentence
    assert machine.certificate(Settings()) == []
