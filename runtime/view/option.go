package view

// Option changes how a view is opened.
type Option interface{ apply(*settings) }

type settings struct {
	maxBytes int64 // 0: no limit
}

type optionFunc func(*settings)

func (f optionFunc) apply(s *settings) { f(s) }

// MaxBytes bounds the memory that keys and values take, with an estimate of the map around them. A view that would need more fails
// to open, or stops following; [View.Err] says so. While a view is rebuilt it holds two maps, each within the
// bound. The default is no bound.
func MaxBytes(n int64) Option {
	return optionFunc(func(s *settings) { s.maxBytes = n })
}
