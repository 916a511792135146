package produce

import "runtime/debug"

// Option changes how a producer is made.
type Option interface{ apply(*settings) }

type settings struct {
	source  string
	schemas Schemas
	form    schemaForm
}

type optionFunc func(*settings)

func (f optionFunc) apply(s *settings) { f(s) }

// Source sets the ce_source of what is published: a URI that names the service, e.g., "/orders". The default is the
// path of the program's main module.
func Source(uri string) Option {
	return optionFunc(func(s *settings) { s.source = uri })
}

func newSettings(opts []Option) *settings {
	s := &settings{}
	for _, o := range opts {
		o.apply(s)
	}
	if s.source == "" {
		s.source = mainModule()
	}
	return s
}

// mainModule names the program as well as its build lets it: CloudEvents requires a source that is not empty.
func mainModule() string {
	build, ok := debug.ReadBuildInfo()
	switch {
	case ok && build.Main.Path != "":
		return build.Main.Path
	case ok && build.Path != "":
		return build.Path
	default:
		return "unknown"
	}
}
