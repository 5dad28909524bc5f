#!/usr/bin/env python3
"""Prints how podman runs the containers of a DaemonSet's pod, one command a line.

    kubectl kustomize DIR | pod.py FOLDER NAME NETWORK ADDRESS

Image, command, variables, mounts and security context are those of the manifest; ConfigMaps are written
to FOLDER. What only a node has is replaced: the pod's own network for the host's, ADDRESS for the node's.
"""

import pathlib
import shlex
import sys

import yaml

FIELDS = {"spec.nodeName": "node-1"}


def main(folder, name, network, address):
    objects = [o for o in yaml.safe_load_all(sys.stdin) if o]
    (pod,) = (o["spec"]["template"]["spec"] for o in objects if o["kind"] == "DaemonSet")
    maps = {o["metadata"]["name"]: o["data"] for o in objects if o["kind"] == "ConfigMap"}
    FIELDS["status.hostIP"] = address
    volumes = {v["name"]: volume(v, maps, folder) for v in pod["volumes"]}
    first = None
    for container in pod["containers"]:
        full = f"{container['name']}-{name}"
        where = ["--network", f"container:{first}"] if first else ["--network", network, "--ip", address]
        print(shlex.join(["podman", "run", "--detach", "--name", full, *where, *flags(container, volumes)]))
        first = first or full


def volume(entry, maps, folder):
    """The host's folder of a ConfigMap; None for a folder that begins empty."""
    if "configMap" not in entry:
        return None
    place = pathlib.Path(folder) / entry["name"]
    place.mkdir(parents=True, exist_ok=True)
    for file, text in maps[entry["configMap"]["name"]].items():
        (place / file).write_text(text)
    return place


def flags(container, volumes):
    context = container["securityContext"]
    yield from ["--user", f"{context['runAsUser']}:{context['runAsGroup']}"]
    for capability in context["capabilities"]["drop"]:
        yield f"--cap-drop={capability}"
    for capability in context["capabilities"]["add"]:
        yield f"--cap-add={capability}"
    if not context["allowPrivilegeEscalation"]:
        yield "--security-opt=no-new-privileges"
    if context.get("readOnlyRootFilesystem"):
        yield from ["--read-only", "--read-only-tmpfs=false"]
    yield from ["--memory", container["resources"]["limits"]["memory"].replace("Mi", "m")]
    for entry in container.get("env", []):
        value = entry["value"] if "value" in entry else FIELDS[entry["valueFrom"]["fieldRef"]["fieldPath"]]
        yield from ["--env", f"{entry['name']}={value}"]
    for mount in container["volumeMounts"]:
        place = volumes[mount["name"]]
        if place:
            yield from ["--volume", f"{place}:{mount['mountPath']}:ro"]
        else:
            yield from ["--tmpfs", mount["mountPath"]]
    if "command" in container:
        yield f"--entrypoint={container['command'][0]}"
    yield f"localhost/{container['image']}"
    yield from container.get("command", [])[1:]
    yield from container.get("args", [])


main(*sys.argv[1:])
