package config

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/evgen-dev/evgen/internal/yamlfile"
)

// Name is what the file is called.
const Name = "evgen.yaml"

// Config is evgen.yaml. Every field is optional, and an unknown one is an error.
type Config struct {
	Version int `yaml:"version"`
	Proto   struct {
		Roots []string `yaml:"roots"` // default: the modules of buf.yaml, else proto/, else the project itself
		Deps  []string `yaml:"deps"`  // only imported
	} `yaml:"proto"`
	Go struct {
		Out           string `yaml:"out"`            // default: where go_package says, inside this Go module
		Messages      *bool  `yaml:"messages"`       // false: somebody else makes the .pb.go files
		PackageSuffix string `yaml:"package_suffix"` // default: ev
	} `yaml:"go"`
	SQL struct {
		Dialects []string `yaml:"dialects"` // default: all
	} `yaml:"sql"`
	Registry struct {
		URL string `yaml:"url"` // e.g., https://registry.example.com, or ${EVGEN_REGISTRY_URL}
	} `yaml:"registry"`
	Environments map[string]Environment `yaml:"environments"` // by name, e.g., prod
	Lint         struct {
		Disable []string `yaml:"disable"` // IDs of warnings
	} `yaml:"lint"`

	source *yamlfile.File // for positions
}

// Environment is where the contracts are deployed to, and how the capacity of its topics differs from what the annotations say.
type Environment struct {
	Brokers []string            `yaml:"brokers"` // host:port, or ${VARIABLE}
	TLS     bool                `yaml:"tls"`     // with the system's certificates
	Topics  map[string]Capacity `yaml:"topics"`  // by name of the topic
}

// Capacity is what an environment may change of a topic. Zero leaves it.
type Capacity struct {
	Partitions int32 `yaml:"partitions"`
}

// Read reads and checks the configuration called name, e.g., evgen.yaml; shown is what its errors call it.
func Read(files Files, name, shown string) (*Config, error) {
	raw, err := readFile(files, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("read configuration: there is no %s", shown)
	case err != nil:
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	c := &Config{}
	if c.source, err = yamlfile.Read(shown, raw, c); err != nil {
		return nil, err
	}
	if c.source.Empty() {
		return c, nil
	}
	if err := c.check(files); err != nil {
		return nil, err
	}
	return c, nil
}
