import * as v from 'valibot';

/** Answer of `GET /v1/capabilities`, which Nearfield servers have. Methods that a newer server adds are kept. */
export const CapabilitiesBodySchema = v.looseObject({
  methods: v.record(v.string(), v.boolean()),
  models: v.array(v.string()),
});
