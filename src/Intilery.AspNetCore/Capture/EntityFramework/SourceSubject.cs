namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>What the rows of a source say of a user.</summary>
internal enum SourceSubject
{
    /// <summary>An account that the user is a member of.</summary>
    Account,

    /// <summary>A role of the user's.</summary>
    Role,

    /// <summary>The user's e-mail address.</summary>
    Address,
}
