using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Intilery.AspNetCore.PackageTests.Support;

namespace Intilery.AspNetCore.PackageTests;

/// <summary>The package's targets put the attribute into applications, once, whatever their language, and into nothing else.</summary>
public sealed class HostingStartupAttributeTests(BuiltApplications applications)
{
    [Theory]
    [InlineData(ApplicationSources.Template)]
    [InlineData(ApplicationSources.VisualBasic)]
    [InlineData(ApplicationSources.FSharp)]
    [InlineData(ApplicationSources.Chained)]
    [InlineData(ApplicationSources.Pinned)]
    public void An_application_carries_it_once(string application) => Assert.Equal(1, Count(application));

    [Fact]
    public void A_class_library_does_not_carry_it() => Assert.Equal(0, Count(ApplicationSources.Library));

    [Fact]
    public void An_application_that_opted_out_does_not_carry_it() => Assert.Equal(0, Count(ApplicationSources.OptedOut));

    private int Count(string application)
    {
        using var file = new PEReader(File.OpenRead(applications.AssemblyOf(application)));
        var metadata = file.GetMetadataReader();
        return metadata.GetAssemblyDefinition().GetCustomAttributes()
            .Count(handle => NameOf(metadata, metadata.GetCustomAttribute(handle)) == "Microsoft.AspNetCore.Hosting.HostingStartupAttribute");
    }

    private static string? NameOf(MetadataReader metadata, CustomAttribute attribute)
    {
        if (attribute.Constructor.Kind != HandleKind.MemberReference)
        {
            return null;
        }

        var parent = metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent;
        var type = metadata.GetTypeReference((TypeReferenceHandle)parent);
        return $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}";
    }
}
