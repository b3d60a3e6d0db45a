namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>That a user belongs to an account.</summary>
internal readonly record struct Membership(string MemberId, string AccountId);
