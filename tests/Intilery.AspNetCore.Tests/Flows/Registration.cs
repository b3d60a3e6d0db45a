namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>How the package comes into an application.</summary>
public enum Registration
{
    /// <summary>Not at all: no services, no line.</summary>
    None,

    /// <summary><c>AddIntilery()</c> before everything that the application registers.</summary>
    BeforeTheServices,

    /// <summary><c>AddIntilery()</c> after everything that the application registers.</summary>
    AfterTheServices,

    /// <summary>By the one line and what the package's targets add, with no other call.</summary>
    ByTheLineAlone,
}
