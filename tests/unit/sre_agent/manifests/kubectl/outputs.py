"""What kubectl prints of a small shop, as these tests read it."""

from datetime import UTC, datetime

from sre_agent.domain.cluster.snapshot import Snapshot
from sre_agent.manifests import kubectl
from sre_agent.manifests.kubectl import Question

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

POD = """\
Name:             web-6d5f-abcde
Namespace:        shop
Priority:         0
Service Account:  web
Node:             node-a/10.0.0.4
Start Time:       Mon, 02 Mar 2026 13:30:00 +0200
Labels:           app=web
                  pod-template-hash=6d5f
Annotations:      first.example/one: 1
                  second.example/two: a: b
Status:           Running
IP:               10.1.0.7
IPs:
  IP:           10.1.0.7
Controlled By:  ReplicaSet/web-6d5f
Init Containers:
  migrate:
    Image:          registry.test/migrate:2
    Port:           <none>
    Host Port:      <none>
    State:          Terminated
      Reason:       Completed
      Exit Code:    0
    Ready:          True
    Restart Count:  0
    Environment:    <none>
Containers:
  main:
    Image:         registry.test/web:1
    Ports:         8080/TCP, 9090/UDP
    Host Ports:    0/TCP, 9090/UDP
    Command:
      serve
      --fast
    State:          Waiting
      Reason:       CrashLoopBackOff
    Last State:     Terminated
      Reason:       OOMKilled
      Exit Code:    137
      Started:      Mon, 02 Mar 2026 13:50:00 +0200
      Finished:     Mon, 02 Mar 2026 13:55:00 +0200
    Ready:          False
    Restart Count:  4
    Limits:
      cpu:     500m
      memory:  64Mi
    Requests:
      cpu:      100m
      memory:   32Mi
    Liveness:   http-get http://:8080/live delay=5s timeout=1s period=10s #success=1 #failure=3
    Readiness:  tcp-socket :metrics delay=0s timeout=2s period=1m30s #success=1 #failure=3
    Startup:    exec [cat /ready] delay=0s timeout=1s period=10s #success=1 #failure=30
    Environment Variables from:
      settings  ConfigMap  Optional: true
    Environment:
      STORE_ADDR:  store:6379
      EMPTY:
      PASSWORD:    <set to the key 'password' in secret 'db'>           Optional: false
      MODE:        <set to the key 'mode' of config map 'settings'>  Optional: true
    Mounts:
      /data from data (rw)
      /etc/app from conf (ro,path="app.yaml")
Conditions:
  Type              Status
  Initialized       True
  Ready             False
Volumes:
  data:
    Type:       PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)
    ClaimName:  web-data
    ReadOnly:   false
  conf:
    Type:      ConfigMap (a volume populated by a ConfigMap)
    Name:      settings
    Optional:  false
QoS Class:                   Burstable
Node-Selectors:              disk=ssd
                             zone=a
Tolerations:                 dedicated=web:NoSchedule
                             node.kubernetes.io/not-ready:NoExecute op=Exists for 300s
Events:
  Type     Reason     Age                 From               Message
  ----     ------     ----                ----               -------
  Normal   Scheduled  30m                 default-scheduler  Successfully assigned shop/web to node-a
  Warning  BackOff    2m (x12 over 20m)   kubelet            Back-off restarting failed container main
"""

DEPLOYMENT = """\
Name:                   web
Namespace:              shop
CreationTimestamp:      Mon, 02 Mar 2026 11:00:00 +0000
Labels:                 app=web
Annotations:            deployment.kubernetes.io/revision: 3
Selector:               app=web,tier in (front,back),!old
Replicas:               3 desired | 2 updated | 3 total | 2 available | 1 unavailable
Pod Template:
  Labels:           app=web
  Service Account:  web
  Containers:
   main:
    Image:      registry.test/web:1
    Port:       8080/TCP
    Host Port:  0/TCP
    Environment:
      STORE_ADDR:  store:6379
    Mounts:        <none>
  Volumes:         <none>
  Node-Selectors:  <none>
  Tolerations:     <none>
Conditions:
  Type           Status  Reason
  ----           ------  ------
  Available      False   MinimumReplicasUnavailable
  Progressing    Unknown  DeploymentPaused
OldReplicaSets:  <none>
NewReplicaSet:   web-6d5f (3/3 replicas created)
Events:          <none>
"""

PODS = """\
NAME             READY   STATUS        RESTARTS      AGE   IP         NODE     NOMINATED NODE   READINESS GATES
web-6d5f-abcde   {ready}     {status}   {restarts}   45m   10.1.0.7   node-a   <none>           <none>
"""

REPLICASETS = """\
NAME       DESIRED   CURRENT   READY   AGE   LABELS
web-6d5f   3         3         3       45m   app=web,pod-template-hash=6d5f
"""


def asked(
    verb: str, kind: str, name: str = "", namespace: str = "shop", output: str = ""
) -> Question:
    """Return a question about the shop."""
    return Question(verb=verb, kind=kind, name=name, namespace=namespace, output=output)


def pods(ready: str = "1/1", status: str = "Running", restarts: str = "0") -> str:
    """Return a table of one pod."""
    return PODS.format(ready=ready, status=status.ljust(11), restarts=restarts.ljust(11))


def described(kind: str, name: str, text: str) -> Snapshot:
    """Return the snapshot of one description."""
    return kubectl.read({asked("describe", kind, name): text}, NOW)
