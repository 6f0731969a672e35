/** The paths of the website's own pages, in the order of the navigation. */
export const SITE_PLACES = ['/', '/join', '/my', '/new-phone', '/reissue', '/lost-phone', '/cancel'] as const;
export type SitePlace = (typeof SITE_PLACES)[number];
