// The CRDs come from these two modules; no Go code of them is built.
module tminus.test/control-plane/crds

go 1.26.0

require (
	istio.io/api v1.31.4
	sigs.k8s.io/gateway-api v1.6.2
)
