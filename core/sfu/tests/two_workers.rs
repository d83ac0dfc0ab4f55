//! The same conversations with publishers and viewers on different workers, and what only these
//! have to say to each other.

#[path = "conversations.rs"]
mod conversations;
#[path = "instant_picture.rs"]
mod instant_picture;
