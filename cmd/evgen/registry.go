package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/twmb/franz-go/pkg/sr"

	"github.com/evgen-dev/evgen/runtime/registry"
)

// Credentials of the registry come from the environment only.
const (
	registryUser     = "EVGEN_REGISTRY_USER"
	registryPassword = "EVGEN_REGISTRY_PASSWORD"
)

// registryPatience bounds one request: registries answer in milliseconds, and a build should not hang on one that does not.
const registryPatience = 30 * time.Second

// registry returns a client of the project's schema registry.
func (p *project) registry() (*registry.Client, error) {
	url, err := p.config.RegistryURL()
	if err != nil {
		return nil, err
	}
	if url == "" {
		return nil, errors.New("find the schema registry: write its address into evgen.yaml: registry: { url: \"${EVGEN_REGISTRY_URL}\" }")
	}
	opts := []sr.ClientOpt{sr.URLs(url), sr.HTTPClient(&http.Client{Timeout: registryPatience})}
	if user := os.Getenv(registryUser); user != "" {
		opts = append(opts, sr.BasicAuth(user, os.Getenv(registryPassword)))
	}
	cl, err := sr.NewClient(opts...)
	if err != nil {
		return nil, fmt.Errorf("find the schema registry at %s: %w", url, err)
	}
	return registry.New(cl)
}

// environmentOf says what to do about an error of the registry: CI may try again when it gave no answer that counts.
func environmentOf(err error) error {
	if _, ok := errors.AsType[*registry.UnavailableError](err); ok {
		return exit(exitEnvironment, err)
	}
	return exit(exitFindings, err)
}
