namespace Intilery.AspNetCore;

/// <summary>The section <c>Intilery:SignUp</c>.</summary>
public sealed class IntilerySignUpOptions
{
    /// <summary>
    /// Gets or sets when a new user has signed up. Default: <see cref="SignUpMoment.Created"/>. With
    /// <see cref="SignUpMoment.EmailConfirmed"/> a user who never confirms never signs up, and Signed Up belongs to the request that
    /// confirms: <c>type</c>, browser and time are of that one.
    /// </summary>
    public SignUpMoment When { get; set; }
}
