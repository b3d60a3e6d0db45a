namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>What a property of an event takes.</summary>
internal enum ValueKind
{
    /// <summary>Anything that is text or can be written as such.</summary>
    Text,

    /// <summary>A date, or text that is one.</summary>
    Date,

    /// <summary>Text, a number, a date, or a list of these.</summary>
    Simple,
}
