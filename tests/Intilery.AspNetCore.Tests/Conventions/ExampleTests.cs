using System.Xml.Linq;

namespace Intilery.AspNetCore.Tests.Conventions;

/// <summary>An editor shows how each thing is used that an application calls, implements, or puts on an endpoint.</summary>
public sealed class ExampleTests
{
    [Fact]
    public void What_an_application_calls_has_an_example()
    {
        var documented = XDocument.Load(Path.ChangeExtension(typeof(IntileryOptions).Assembly.Location, ".xml"))
            .Descendants("member")
            .Where(member => member.Elements("example").Any())
            .Select(member => member.Attribute("name")!.Value[2..])
            .ToList();

        var missing = typeof(IntileryOptions).Assembly.GetExportedTypes()
            .Where(type => type.IsInterface
                || (type.IsAbstract && type.IsSealed && type.Name.EndsWith("Extensions", StringComparison.Ordinal))
                || (type.IsSealed && type.IsAssignableTo(typeof(Attribute)))
                || type == typeof(IntileryBuilder))
            .Select(type => type.FullName!)
            .Where(type => !documented.Exists(name => name == type || name.StartsWith(type + ".", StringComparison.Ordinal)));

        Assert.Empty(missing);
    }
}
