//go:build !kubectl

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

const cniConfig = "/etc/cni/net.d/10-kubedrill.conflist"

// peer is another node as this one needs to know it: where its Pods are, and through which address.
type peer struct{ podCIDR, address string }

// podNetwork is the Pod network of a small cluster whose nodes share one link: each node hands out addresses of its
// own Pod CIDR (CNI plugins ptp and host-local) and has a route to the CIDR of every other node. It runs on each node
// and follows the Node objects; NODE_NAME and POD_SUBNET come from its DaemonSet. NetworkPolicy is not enforced.
func podNetwork() int {
	log.SetFlags(log.Ltime)
	node, subnet := os.Getenv("NODE_NAME"), os.Getenv("POD_SUBNET")
	if node == "" || subnet == "" {
		log.Print("NODE_NAME and POD_SUBNET must be set")
		return 2
	}
	config, err := rest.InClusterConfig()
	if err != nil {
		log.Print(err)
		return 1
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()

	factory := informers.NewSharedInformerFactory(kubernetes.NewForConfigOrDie(config), time.Minute)
	informer := factory.Core().V1().Nodes().Informer()
	changed := make(chan struct{}, 1)
	notify := func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	}
	if _, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { notify() },
		UpdateFunc: func(any, any) { notify() },
		DeleteFunc: func(any) { notify() },
	}); err != nil {
		log.Print(err)
		return 1
	}
	factory.Start(ctx.Done())

	routes := map[string]string{}
	for {
		select {
		case <-ctx.Done():
			return 0
		case <-changed:
			own, peers := nodesOf(informer.GetStore().List(), node)
			if err := errors.Join(masquerade(subnet), configure(own), route(routes, peers)); err != nil {
				log.Print(err)
				time.AfterFunc(2*time.Second, notify)
			}
		}
	}
}

// nodesOf returns the Pod CIDR of this node ("" until it has one) and the other nodes that have theirs.
func nodesOf(objects []any, own string) (string, []peer) {
	var cidr string
	var peers []peer
	for _, object := range objects {
		node, ok := object.(*v1.Node)
		if !ok || node.Spec.PodCIDR == "" {
			continue
		}
		if node.Name == own {
			cidr = node.Spec.PodCIDR
			continue
		}
		for _, address := range node.Status.Addresses {
			if address.Type == v1.NodeInternalIP {
				peers = append(peers, peer{node.Spec.PodCIDR, address.Address})
				break
			}
		}
	}
	return cidr, peers
}

// configure writes the CNI configuration; the kubelet is Ready once it is there. Renamed into place: containerd
// reads the folder at any moment.
func configure(podCIDR string) error {
	if podCIDR == "" {
		return nil
	}
	text, err := json.MarshalIndent(map[string]any{
		"cniVersion": "0.4.0",
		"name":       "kubedrill",
		"plugins": []any{
			map[string]any{
				"type": "ptp", "ipMasq": false, "mtu": 1500,
				"ipam": map[string]any{
					"type": "host-local", "dataDir": "/run/cni-ipam-state",
					"routes": []any{map[string]any{"dst": "0.0.0.0/0"}},
					"ranges": []any{[]any{map[string]any{"subnet": podCIDR}}},
				},
			},
			map[string]any{"type": "portmap", "capabilities": map[string]any{"portMappings": true}},
		},
	}, "", " ")
	if err != nil {
		return err
	}
	if before, err := os.ReadFile(cniConfig); err == nil && string(before) == string(text) {
		return nil
	}
	fresh := filepath.Join(filepath.Dir(cniConfig), ".fresh")
	if err := os.WriteFile(fresh, text, 0o644); err != nil {
		return err
	}
	log.Printf("this node's Pods get addresses of %s", podCIDR)
	return os.Rename(fresh, cniConfig)
}

// route makes the routes of this node those of its peers, again each time: whatever else removed one, it comes back.
// known holds what was set before, so that the route of a node that is gone can be removed.
func route(known map[string]string, peers []peer) error {
	var failures []error
	for _, peer := range peers {
		if err := command("ip", "route", "replace", peer.podCIDR, "via", peer.address); err != nil {
			failures = append(failures, err)
			continue
		}
		if known[peer.podCIDR] != peer.address {
			log.Printf("%s is reached through %s", peer.podCIDR, peer.address)
			known[peer.podCIDR] = peer.address
		}
	}
	for cidr, address := range known {
		if slices.ContainsFunc(peers, func(p peer) bool { return p.podCIDR == cidr }) {
			continue
		}
		if err := command("ip", "route", "del", cidr, "via", address); err != nil && !strings.Contains(err.Error(), "No such process") {
			failures = append(failures, err)
			continue
		}
		delete(known, cidr)
	}
	return errors.Join(failures...)
}

// masquerade lets Pods reach what is outside of the Pod network under the address of their node.
func masquerade(subnet string) error {
	rule := []string{"POSTROUTING", "-s", subnet, "!", "-d", subnet, "-m", "addrtype", "!", "--dst-type", "LOCAL", "-j", "MASQUERADE"}
	if command("iptables", append([]string{"-w", "-t", "nat", "-C"}, rule...)...) == nil {
		return nil
	}
	return command("iptables", append([]string{"-w", "-t", "nat", "-A"}, rule...)...)
}

func command(name string, arguments ...string) error {
	output, err := exec.Command(name, arguments...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, strings.Join(arguments, " "), err, strings.TrimSpace(string(output)))
	}
	return nil
}
