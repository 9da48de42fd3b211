/** What was used within so many days stays in the store, wanted by an image or not, unless said otherwise. */
export const usualKeepDays = 14;
