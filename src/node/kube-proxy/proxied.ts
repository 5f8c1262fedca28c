/** Labels by which Services and EndpointSlices are left to others than kube-proxy. */
export const PROXY_NAME = 'service.kubernetes.io/service-proxy-name';
export const HEADLESS = 'service.kubernetes.io/headless';
