namespace Intilery.AspNetCore.Tests.Support;

/// <summary>Where an application registers the package.</summary>
public enum PackagePlace
{
    /// <summary>Nowhere: the application is as it was.</summary>
    None,

    /// <summary>Before its own services, as the one line alone does.</summary>
    First,

    /// <summary>Before its own services, without the one line.</summary>
    Unarmed,

    /// <summary>After them, by <c>AddIntilery()</c>.</summary>
    Last,

    /// <summary>Before its own services, with the page mapped.</summary>
    Mapped,
}
