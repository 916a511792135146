package devregistry

import (
	"slices"

	"github.com/evgen-dev/evgen/internal/devregistry/catalog"
)

func (r *Registry) version(req *request) (any, error) {
	v, err := r.versionOf(req)
	if err != nil {
		return nil, err
	}
	return r.answerVersion(req, v)
}

func (r *Registry) textOfVersion(req *request) (any, error) {
	v, err := r.versionOf(req)
	if err != nil {
		return nil, err
	}
	a, err := r.answer(req, r.catalog.Schema(v.ID))
	return text(a.Text), err
}

// referrersOfVersion lists the ids of schemas that refer to a version.
func (r *Registry) referrersOfVersion(req *request) (any, error) {
	v, err := r.versionOf(req)
	if err != nil {
		return nil, err
	}
	referrers := r.catalog.Referrers(v)
	if !req.is("deleted") {
		referrers = live(referrers)
	}
	var ids []int
	for _, referrer := range referrers {
		ids = append(ids, referrer.ID)
	}
	slices.Sort(ids)
	return page(req, slices.Compact(ids)), nil
}

func (r *Registry) versionOf(req *request) (catalog.Version, error) {
	name, err := req.version()
	if err != nil {
		return catalog.Version{}, err
	}
	return r.findVersion(req.subject(), name, r.visible(req, req.subject()))
}
