package config

import (
	"fmt"
	"os"
	"regexp"
)

var variable = regexp.MustCompile(`\$\{(\w*)\}`)

// RegistryURL returns the address of the schema registry, with variables of the environment in place. The environment is read now and
// not with the file, because most commands need no registry.
func (c *Config) RegistryURL() (string, error) {
	return c.expand("$.registry.url", c.Registry.URL)
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
