"""Talks gRPC to a daemon: client.py DESCRIPTOR_SET HOST:PORT. Fails by an assertion."""

import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

pool = descriptor_pool.DescriptorPool()
with open(sys.argv[1], "rb") as file:
    for each in descriptor_pb2.FileDescriptorSet.FromString(file.read()).file:
        pool.Add(each)


def message(name):
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("bfd.v1." + name))


channel = grpc.insecure_channel(sys.argv[2])


def unary(procedure, request, service="BfdService"):
    call = channel.unary_unary(
        f"/bfd.v1.{service}/{procedure}",
        request_serializer=lambda it: it.SerializeToString(),
        response_deserializer=message(procedure + "Response").FromString,
    )
    return call(request, timeout=30)


def fails(code, procedure, request, service="BfdService"):
    try:
        unary(procedure, request, service)
    except grpc.RpcError as error:
        assert error.code() == code, error
        return error.details()
    raise AssertionError(f"{procedure} was not refused")


UP, DOWN, ADMIN_DOWN = 4, 2, 1
CHANGE, ADDED, DELETED = 1, 2, 3

watch = channel.unary_stream(
    "/bfd.v1.BfdService/WatchSessionEvents",
    request_serializer=lambda it: it.SerializeToString(),
    response_deserializer=message("WatchSessionEventsResponse").FromString,
)(message("WatchSessionEventsRequest")(include_current=True), timeout=60)
first = next(watch)
assert (first.type, first.session.local_state) == (ADDED, UP), first
assert first.session.peer_address == "10.0.0.2", first

listed = unary("ListSessions", message("ListSessionsRequest")()).sessions
assert [it.peer_address for it in listed] == ["10.0.0.2"], listed
assert listed[0].detection_time.nanos == 150_000_000, listed
assert listed[0].counters.packets_received > 0, listed

wish = message("AddSessionRequest")(peer_address="10.0.0.9", type=1, detect_multiplier=3)
wish.desired_min_tx_interval.nanos = 300_000_000
added = unary("AddSession", wish).session
assert added.local_state == DOWN and added.local_discriminator, added
assert next(watch).type == ADDED

key = {"local_discriminator": added.local_discriminator}
got = unary("GetSession", message("GetSessionRequest")(**key)).session
assert got.desired_min_tx_interval.nanos == 300_000_000, got

assert "already belongs to the API" in fails(grpc.StatusCode.ALREADY_EXISTS, "AddSession", wish)
wish.detect_multiplier = 0
fails(grpc.StatusCode.INVALID_ARGUMENT, "AddSession", wish)
echo = message("ListEchoSessionsRequest")()
fails(grpc.StatusCode.UNIMPLEMENTED, "ListEchoSessions", echo, "EchoService")

unary("DeleteSession", message("DeleteSessionRequest")(**key))
event = next(watch)
assert (event.type, event.previous_state) == (CHANGE, DOWN), event
assert event.session.last_down.verdict == "admin", event
event = next(watch)
assert (event.type, event.session.local_state) == (DELETED, ADMIN_DOWN), event
fails(grpc.StatusCode.NOT_FOUND, "GetSession", message("GetSessionRequest")(**key))
watch.cancel()

# The standard health service, by its bare octets: field 1 is SERVING.
health = channel.unary_unary("/grpc.health.v1.Health/Check")
assert health(b"", timeout=30) == b"\x08\x01"
states = channel.unary_stream("/grpc.health.v1.Health/Watch")(b"", timeout=30)
assert next(states) == b"\x08\x01"
states.cancel()
print("all good")
