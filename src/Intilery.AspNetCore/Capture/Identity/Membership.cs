namespace Intilery.AspNetCore.Capture.Identity;

/// <summary>That a user belongs to an account.</summary>
internal readonly record struct Membership(string MemberId, string AccountId);
