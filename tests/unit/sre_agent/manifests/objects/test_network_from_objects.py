"""Services, routes and policies, read from manifests."""

from reading_objects import read_yaml

from sre_agent.domain.cluster.meta import Selector
from sre_agent.domain.cluster.network import Address, Backend, Peer, PolicyRule, ServicePort
from sre_agent.domain.objects import ObjectRef


def test_a_service_tells_its_ports_and_whom_it_selects() -> None:
    chosen, external = read_yaml("""
kind: ServiceList
items:
  - metadata: {name: a, namespace: market}
    spec:
      type: NodePort
      clusterIP: 10.1.0.1
      selector: {app: basket}
      ports:
        - {name: http, port: 80, targetPort: web, nodePort: 30080, appProtocol: http}
        - {port: 53, targetPort: 5353, protocol: UDP}
        - {port: 9}
    status: {loadBalancer: {ingress: [{hostname: lb.test}, {ip: 1.2.3.4}]}}
  - {metadata: {name: b, namespace: market}, spec: {type: ExternalName, externalName: db.test}}
""").services

    assert chosen.ports == (
        ServicePort(port=80, target="web", name="http", app_protocol="http", node_port=30080),
        ServicePort(port=53, target=5353, protocol="UDP"),
        ServicePort(port=9),
    )
    assert (chosen.type, chosen.cluster_ip) == ("NodePort", "10.1.0.1")
    assert chosen.selector == {"app": "basket"}
    assert chosen.balancer_addresses == ("lb.test", "1.2.3.4")
    assert (external.selector, external.external_name) == (None, "db.test")


def test_endpoints_tell_ready_addresses_from_the_others() -> None:
    found = read_yaml("""
kind: Endpoints
metadata: {name: basket, namespace: market}
subsets:
  - addresses: [{ip: 10.0.0.1, nodeName: n1, targetRef: {kind: Pod, name: basket-1}}]
    notReadyAddresses: [{ip: 10.0.0.2, targetRef: {kind: Pod, name: basket-2}}]
    ports: [{name: http, port: 8080}]
""").endpoints[0]

    assert found.ready == (Address(ip="10.0.0.1", pod="basket-1", node="n1"),)
    assert found.not_ready == (Address(ip="10.0.0.2", pod="basket-2"),)
    assert found.ports == (ServicePort(port=8080, name="http"),)


SLICES = """
kind: EndpointSliceList
items:
  - metadata: {name: basket-x, namespace: market, labels: {kubernetes.io/service-name: basket}}
    ports: [{name: http, port: 8080}]
    endpoints:
      - {addresses: [10.0.0.1], conditions: {ready: true}, nodeName: n1}
      - {addresses: [10.0.0.2], conditions: {ready: false}, targetRef: {kind: Pod, name: p2}}
  - metadata: {name: basket-y, namespace: market, labels: {kubernetes.io/service-name: basket}}
    ports: [{name: http, port: 8080}]
    endpoints: [{addresses: [10.0.0.3]}]
  - metadata: {name: alone, namespace: market}
    endpoints: [{addresses: [10.0.0.9]}]
"""


def test_slices_of_one_service_are_its_endpoints() -> None:
    seen = read_yaml(SLICES, complete={"EndpointSlice"})

    (found,) = seen.endpoints
    assert found.meta.ref == ObjectRef(kind="Endpoints", namespace="market", name="basket")
    assert [address.ip for address in found.ready] == ["10.0.0.1", "10.0.0.3"]
    assert found.not_ready == (Address(ip="10.0.0.2", pod="p2"),)
    assert found.ports == (ServicePort(port=8080, name="http"),)
    assert "Endpoints" in seen.complete
    assert "Endpoints" in seen.sources


def test_an_ingress_tells_every_backend() -> None:
    seen = read_yaml("""
kind: Ingress
metadata: {name: web, namespace: market, annotations: {kubernetes.io/ingress.class: old}}
spec:
  defaultBackend: {service: {name: fallback, port: {number: 80}}}
  tls: [{secretName: web-tls, hosts: [web.test]}, {hosts: [x.test]}]
  rules:
    - host: web.test
      http:
        paths:
          - {path: /, backend: {service: {name: front, port: {name: http}}}}
          - {path: /static, backend: {resource: {kind: Bucket, name: files}}}
status: {loadBalancer: {ingress: [{ip: 1.2.3.4}]}}
---
kind: IngressClass
metadata: {name: nginx, annotations: {ingressclass.kubernetes.io/is-default-class: "true"}}
spec: {controller: k8s.io/ingress-nginx}
""")

    (found,) = seen.ingresses
    assert found.backends == (
        Backend(service="fallback", port=80),
        Backend(service="front", port="http", host="web.test", path="/"),
        Backend(service="files", host="web.test", path="/static", kind="Bucket"),
    )
    assert (found.ingress_class, found.tls_secrets) == ("old", ("web-tls",))
    assert found.addresses == ("1.2.3.4",)
    (of,) = seen.ingress_classes
    assert (of.controller, of.is_default) == ("k8s.io/ingress-nginx", True)
    assert of.meta.ref.namespace == ""


def test_the_gateway_api_is_read_with_what_is_said_of_it() -> None:
    seen = read_yaml("""
kind: GatewayClass
metadata: {name: std}
spec: {controllerName: test/controller}
status: {conditions: [{type: Accepted, status: "True"}]}
---
kind: Gateway
metadata: {name: edge, namespace: infra}
spec:
  gatewayClassName: std
  listeners:
    - {name: https, port: 443, tls: {certificateRefs: [{name: cert}, {name: c2, namespace: x}]}}
status:
  conditions: [{type: Programmed, status: "False"}]
  listeners: [{name: https, conditions: [{type: ResolvedRefs, status: "False"}]}]
---
kind: HTTPRoute
metadata: {name: web, namespace: market}
spec:
  parentRefs: [{name: edge, namespace: infra}, {name: own}]
  rules: [{backendRefs: [{name: front, port: 80}, {name: far, namespace: x, port: 81}]}]
status: {parents: [{conditions: [{type: Accepted, status: "False", reason: NoMatch}]}]}
""")

    assert seen.gateway_classes[0].controller == "test/controller"
    (gateway,) = seen.gateways
    assert (gateway.gateway_class, gateway.listeners) == ("std", ("https:443",))
    assert gateway.tls_secrets == ("infra/cert", "x/c2")
    assert [each.type for each in gateway.conditions] == ["Programmed", "ResolvedRefs"]
    (route,) = seen.http_routes
    assert [str(each) for each in route.parents] == ["Gateway/infra/edge", "Gateway/market/own"]
    assert route.backends == (
        Backend(service="front", port=80),
        Backend(service="far", port=81, namespace="x"),
    )
    assert route.conditions[0].reason == "NoMatch"


def test_a_network_policy_tells_who_may_speak_to_whom() -> None:
    limited, closed = read_yaml("""
kind: NetworkPolicyList
items:
  - metadata: {name: a, namespace: market}
    spec:
      podSelector: {matchLabels: {app: basket}}
      egress:
        - to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]
          ports: [{port: 53, protocol: UDP}, {port: http}, {protocol: TCP}]
      ingress:
        - from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}, {podSelector: {}}]
  - metadata: {name: b, namespace: market}
    spec: {podSelector: {}, policyTypes: [Egress]}
""").network_policies

    assert limited.directions == ("Ingress", "Egress")
    assert limited.egress == (
        PolicyRule(
            peers=(Peer(cidr="10.0.0.0/8", excluded=("10.1.0.0/16",)),),
            ports=(
                ServicePort(port=53, protocol="UDP"),
                ServicePort(port=0, name="http"),
                ServicePort(port=0),
            ),
        ),
    )
    assert limited.ingress[0].peers == (
        Peer(pods=Selector(labels={"app": "web"}), namespaces=Selector()),
        Peer(pods=Selector()),
    )
    assert (closed.directions, closed.egress, closed.selector) == (("Egress",), (), Selector())
