
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>What a user's row says of the person.</summary>
/// <param name="Profile">What may be told of it.</param>
/// <param name="IsExcluded">Whether the options leave the person out, by what may not be told too.</param>
internal sealed record UserRow(Profile Profile, bool IsExcluded);
