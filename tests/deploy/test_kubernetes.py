"""The Kubernetes manifests: valid, as closed as the documents promise, and with a configuration that loads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from facade.config.kinds import Kinds
from facade.config.load import load

FOLDER = Path(__file__).resolve().parents[2] / "deploy/kubernetes"
KUSTOMIZATION = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
MANIFESTS = [
    manifest for name in KUSTOMIZATION["resources"] for manifest in yaml.safe_load_all((FOLDER / name).read_text())
]


def the(kind: str, name: str | None = None) -> Any:
    (only,) = (m for m in MANIFESTS if m["kind"] == kind and name in (None, m["metadata"]["name"]))
    return only


@pytest.fixture
def pod() -> Any:
    return the("Deployment")["spec"]["template"]["spec"]


@pytest.fixture
def sidecar(pod: Any) -> Any:
    (only,) = pod["initContainers"]
    return only


def title(manifest: Any) -> str:
    return f"{manifest['kind']} {manifest['metadata']['name']}"


def test_every_file_is_part_of_the_kustomization() -> None:
    assert sorted(KUSTOMIZATION["resources"]) == sorted(
        path.name for path in FOLDER.glob("*.yaml") if path.name != "kustomization.yaml"
    )


@pytest.mark.parametrize("version", ["1.29", "1.37"])
@pytest.mark.parametrize("manifest", MANIFESTS, ids=title)
def test_a_manifest_is_valid(manifest: Any, version: str) -> None:
    kubernetes_validate.validate(manifest, version, strict=True)


def test_the_validation_sees_a_mistake() -> None:
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(the("Service") | {"spek": {}}, "1.37", strict=True)


def test_the_facade_is_a_native_sidecar(sidecar: Any) -> None:
    assert sidecar["restartPolicy"] == "Always"
    assert "command" not in sidecar
    assert "args" not in sidecar, "the image serves what lies in its FACADE_CONFIG"


def test_every_probe_asks_the_observe_listener(sidecar: Any) -> None:
    probes = {name: sidecar[name]["httpGet"] for name in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert {probe["port"] for probe in probes.values()} == {"observe"}
    assert {name: probe["path"] for name, probe in probes.items()} == {
        "startupProbe": "/readyz",
        "livenessProbe": "/livez",
        "readinessProbe": "/readyz",
    }
    assert {"name": "observe", "containerPort": 9902} in sidecar["ports"]


def test_the_configuration_is_mounted_as_directories_that_follow_their_config_maps(pod: Any, sidecar: Any) -> None:
    mounts = {mount["mountPath"]: mount for mount in sidecar["volumeMounts"]}
    maps = {volume["name"]: volume.get("configMap", {}).get("name") for volume in pod["volumes"]}
    assert {path: maps[mount["name"]] for path, mount in mounts.items()} == {
        "/etc/facade": "facade",
        "/etc/facade/silos": "facade-silos",
        "/etc/facade/externals": "facade-externals",
        "/etc/facade/routes": "facade-routes",
        "/var/lib/facade": None,
    }
    assert not any("subPath" in mount for mount in mounts.values())


def test_nothing_runs_with_a_privilege_or_writes_to_its_root(pod: Any) -> None:
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] > 0
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    for container in [*pod["initContainers"], *pod["containers"]]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"]["requests"].keys() == {"cpu", "memory"}


def test_callers_reach_the_facade_and_not_the_service_behind_it(sidecar: Any) -> None:
    (port,) = the("Service")["spec"]["ports"]
    assert port["targetPort"] in {port["name"] for port in sidecar["ports"]}
    labels = the("Deployment")["spec"]["template"]["metadata"]["labels"]
    assert the("Service")["spec"]["selector"].items() <= labels.items()


def test_the_embedded_configuration_loads_and_leaves_time_to_drain(tmp_path: Path, pod: Any) -> None:
    for config_map, folder in (("facade", ""), ("facade-silos", "silos"), ("facade-routes", "routes")):
        (tmp_path / folder).mkdir(exist_ok=True)
        for name, text in the("ConfigMap", config_map)["data"].items():
            (tmp_path / folder / name).write_text(text)
    image = {"FACADE_LISTEN": "0.0.0.0:8080", "FACADE_OBSERVE": "0.0.0.0:9902"}
    loaded = load(tmp_path, Kinds.discover(), image, serving=True)
    assert [str(mistake) for mistake in (*loaded.mistakes, *loaded.warnings)] == []
    assert loaded.configuration is not None
    drain = loaded.configuration.settings.drain
    assert drain.pause + drain.limit < pod["terminationGracePeriodSeconds"]
