package config

import (
	"fmt"
	"net/url"
	"os"
	"regexp"
)

var (
	variable = regexp.MustCompile(`\$\{(\w*)\}`)
	bare     = regexp.MustCompile(`\$[A-Za-z_]\w*`) // what a shell takes for one
)

const registryURL = "$.registry.url"

// RegistryURL returns the address of the schema registry, with variables of the environment in place. The environment is read now and
// not with the file, because most commands need no registry.
func (c *Config) RegistryURL() (string, error) {
	address, err := c.expand(registryURL, c.Registry.URL)
	if err != nil {
		return "", err
	}
	return address, c.checkAddress(address)
}

// checkRegistry checks what can be known of the address without the environment.
func (c *Config) checkRegistry() error {
	if name := bare.FindString(c.Registry.URL); name != "" {
		return c.source.Errorf(registryURL, `%s is not replaced: write "${%s}"`, name, name[1:])
	}
	if variable.MatchString(c.Registry.URL) {
		return nil
	}
	return c.checkAddress(c.Registry.URL)
}

// checkAddress shows no address, because one can have a password.
func (c *Config) checkAddress(address string) error {
	if address == "" {
		return nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return c.source.Errorf(registryURL, "the registry has no address of the form http://host:port or https://host")
	}
	return nil
}

// Brokers returns the addresses of an environment's Kafka brokers, with variables in place.
func (c *Config) Brokers(environment string) ([]string, error) {
	var brokers []string
	for i, b := range c.Environments[environment].Brokers {
		expanded, err := c.expand(fmt.Sprintf("$.environments.%s.brokers[%d]", environment, i), b)
		if err != nil {
			return nil, err
		}
		brokers = append(brokers, expanded)
	}
	return brokers, nil
}

func (c *Config) expand(path, text string) (string, error) {
	var missing error
	expanded := variable.ReplaceAllStringFunc(text, func(ref string) string {
		name := variable.FindStringSubmatch(ref)[1]
		value := os.Getenv(name)
		if value == "" && missing == nil {
			missing = c.source.Errorf(path, "variable %s is not set in the environment", name)
		}
		return value
	})
	return expanded, missing
}
