"""What docs/cluster.md and docs/kubernetes/ name is there: manifests by their schema, commands by their options."""

import re
import shlex
import warnings
from pathlib import Path

import click
import dask
import kubernetes_validate
import pytest
import yaml
from dask_jobqueue.slurm import SLURMJob
from distributed import Security
from distributed.cli import dask_scheduler, dask_worker

from benchmark.cli.main import cli

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of MLflow while it is imported
    from mlflow.cli import server

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "cluster.md").read_text(encoding="utf-8")
VERSION = "1.29"  # of Kubernetes: manifests for it are accepted by later ones
MANIFESTS = [
    pytest.param(manifest, id=f"{manifest['kind']}-{manifest['metadata']['name']}")
    for path in sorted((DOCS / "kubernetes").glob("*.yaml"))
    for manifest in yaml.safe_load_all(path.read_text(encoding="utf-8"))
]
EVERY = [parameter.values[0] for parameter in MANIFESTS]
PODS = [manifest for manifest in EVERY if "template" in manifest["spec"]]
PROGRAMS = {
    ("dask", "scheduler"): dask_scheduler.main,
    ("dask", "worker"): dask_worker.main,
    ("mlflow", "server"): server,
}


def names(kind):
    return {manifest["metadata"]["name"] for manifest in EVERY if manifest["kind"] == kind}


def settings(key):
    """The block of YAML on the page that begins with this key."""
    (text,) = re.findall(rf"^( +){key}:\n((?:\1 .*\n)+)", PAGE, re.MULTILINE)
    return yaml.safe_load(f"{text[0]}{key}:\n{text[1]}")


def options_of(words):
    """The options that a program knows; None for one that is not checked."""
    command = cli if words[0] == "benchmark" else PROGRAMS.get(tuple(words[:2]))
    for word in words[1:]:
        if not isinstance(command, click.Group):
            break
        command = command.commands[word]
    return command and {
        option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)
    }


def unknown_options(words):
    known = options_of(words)
    return (
        [] if known is None else [w for w in words if w.startswith("--") and w.partition("=")[0] not in known]
    )


@pytest.mark.parametrize("manifest", MANIFESTS)
def test_a_manifest_keeps_to_the_schema_of_kubernetes(manifest):
    kubernetes_validate.validate(manifest, VERSION, strict=True)


def test_a_wrong_manifest_would_be_noticed():
    wrong = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "spec": {"port": [1]}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSION, strict=True)


@pytest.mark.parametrize("manifest", [pytest.param(one, id=one["metadata"]["name"]) for one in PODS])
def test_a_pod_is_selected_finds_its_volumes_and_its_command_exists(manifest):
    labels, spec = manifest["spec"]["template"]["metadata"]["labels"], manifest["spec"]["template"]["spec"]
    selector = manifest["spec"].get("selector", {"matchLabels": labels})["matchLabels"]
    assert selector.items() <= labels.items()
    assert labels["app.kubernetes.io/part-of"] == "benchmark", "the network policy covers it"
    (container,) = spec["containers"]
    volumes = {volume["name"] for volume in spec.get("volumes", [])}
    volumes |= {claim["metadata"]["name"] for claim in manifest["spec"].get("volumeClaimTemplates", [])}
    assert {mount["name"] for mount in container.get("volumeMounts", [])} <= volumes
    claims = {
        v["persistentVolumeClaim"]["claimName"]
        for v in spec.get("volumes", [])
        if "persistentVolumeClaim" in v
    }
    assert claims <= names("PersistentVolumeClaim")
    words = [*container.get("command", []), *container.get("args", [])]
    assert not words or unknown_options(words) == []
    hosts = re.findall(r"(?://|@)(benchmark-[a-z-]+):", " ".join(words))
    assert set(hosts) <= names("Service")


def test_a_service_selects_the_pods_of_one_manifest():
    for service in (manifest for manifest in EVERY if manifest["kind"] == "Service"):
        selected = [
            pod
            for pod in PODS
            if service["spec"]["selector"].items() <= pod["spec"]["template"]["metadata"]["labels"].items()
        ]
        assert [pod["metadata"]["name"] for pod in selected] == [service["metadata"]["name"]]


def test_the_commands_of_the_page_have_these_options():
    lines = [line.strip() for line in PAGE.replace("\\\n", " ").splitlines() if line.startswith("    ")]
    commands = [
        shlex.split(line, comments=True) for line in lines if re.match(r"(benchmark|dask|mlflow) [a-z]", line)
    ]
    assert len(commands) >= 8
    assert [(words, wrong) for words in commands if (wrong := unknown_options(words))] == []


def test_the_settings_of_slurm_make_a_job_with_one_gpu_and_one_task_at_a_time():
    with dask.config.set(dask.config.merge(dask.config.config, settings("jobqueue"))):
        script = SLURMJob("tcp://127.0.0.1:8786", "name").job_script()
    assert "#SBATCH --gres=gpu:1" in script
    (command,) = [line for line in script.splitlines() if "dask_worker" in line]
    assert re.findall(r"--nthreads (\d+)", command)[-1] == "1"
    assert "--resources GPU=1" in command


def test_the_settings_of_tls_are_those_that_dask_reads():
    with dask.config.set(dask.config.merge(dask.config.config, settings("distributed"))):
        security = Security()
    assert security.require_encryption
    for role in ("scheduler", "worker", "client"):
        files = security.get_tls_config_for_role(role)
        assert [files[name] for name in ("ca_file", "cert", "key")] == [
            f"/etc/benchmark/{name}" for name in ("ca.pem", "own.pem", "own.key")
        ]
