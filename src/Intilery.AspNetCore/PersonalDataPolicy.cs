namespace Intilery.AspNetCore;

/// <summary>How members that are marked as personal data are treated. See <see cref="IntileryPrivacyOptions.PersonalData"/>.</summary>
public enum PersonalDataPolicy
{
    /// <summary>They are sent like all others.</summary>
    Include,

    /// <summary>They are not sent, nor are a principal's claims about the person, which carry no such mark.</summary>
    Exclude,
}
