export const  pair = [1,2]
