// The api-versions that the providers answer to: those of the SDK clients in use. Azure knows more of them,
// but a request with another one would be a mistake here, so it is refused.
export const COMPUTE_API_VERSION = '2026-04-01';
export const DISK_API_VERSION = '2026-03-02';
export const GALLERY_API_VERSION = '2025-12-03';
